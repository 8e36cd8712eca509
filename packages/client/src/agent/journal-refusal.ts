import type { LockHolder } from './journal-lock.ts';

/** Why the journal can't be used now: no command may be executed until it can. `begun_before` is about one run only. */
export type JournalRefusal = {
  readonly refused: 'locked' | 'journal_full' | 'journal_unusable' | 'begun_before';
  readonly sentence: string;
};

export function isJournalRefusal(answer: unknown): answer is JournalRefusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}

export function lockedBy({ heldBy, isElsewhere }: LockHolder): JournalRefusal {
  const sentence = isElsewhere
    ? `Another client, in another container or on another machine (process ${heldBy} there), executes commands with this settings file: stop it. If none runs any more, try again in half a minute.`
    : `Another client (process ${heldBy}) executes commands with this settings file: stop it, or wait until it is done.`;
  return { refused: 'locked', sentence };
}

export function lockLost(): JournalRefusal {
  const sentence =
    'Another client has taken over this settings file while this one was suspended: only one may execute commands.';
  return { refused: 'locked', sentence };
}

export function journalFull(path: string): JournalRefusal {
  const sentence = `The journal ${path} is full of results that the server has not stored yet: no command is executed until they are sent.`;
  return { refused: 'journal_full', sentence };
}

export function begunBefore(): JournalRefusal {
  const sentence = 'This attempt of the run, or a later one, has begun here before: it is not run again.';
  return { refused: 'begun_before', sentence };
}

export function journalUnusable(path: string, why: string): JournalRefusal {
  return {
    refused: 'journal_unusable',
    sentence: `The journal ${path} can't be used: ${why}. No command is executed.`,
  };
}

/** What an error of the file system means for the journal; any other error is a fault and thrown on. */
export function journalRefusal(path: string, error: unknown): JournalRefusal {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  if (!isFull.has(code)) return journalUnusable(path, message);
  const sentence = `The journal ${path} can't be written, as the disk is full (${code}): no command is executed until there is room.`;
  return { refused: 'journal_full', sentence };
}

const isFull = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
