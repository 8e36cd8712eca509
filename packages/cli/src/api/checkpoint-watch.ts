import { isCheckpointSigned } from '@remotes/protocol/crypto/audit-chain';
import { followUp } from '@remotes/protocol/crypto/audit-follow-up';
import {
  type AuditCheckpoint,
  judgeCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from '@remotes/protocol/values/audit-checkpoint';
import { readAuditClosing } from '@remotes/protocol/values/audit-export';
import type { AuditConflict, CheckpointFile } from '../folder/checkpoint-file.ts';

/** Asks for the server's word at this size: null when it says that it has no such entry, undefined when it says nothing. */
export type AskClosing = (size: number) => Promise<unknown>;

/**
 * Keeps the newest audit checkpoint that a server gives, and says loudly when one does not follow from what was kept. A
 * longer record looks right by itself: before it takes the place of the kept one, the server is asked how it began. Once
 * a conflict was found nothing else is kept, and each command says so.
 */
export function watchCheckpoints(
  file: CheckpointFile,
  origin: string,
  askClosing: AskClosing,
): (header: string) => void {
  // As it was when this command began: answers may overtake each other.
  const present = file.read();
  const keptText = present?.checkpoint;
  const kept = keptText === undefined ? undefined : readCheckpoint(keptText);
  let isWarned = false;
  let isFollowedUp = false;
  const warn = (what: string) => {
    if (!isWarned) console.error(warning(origin, what));
    isWarned = true;
  };
  const write = (checkpoint: string, conflict?: AuditConflict) => {
    const now = file.read();
    // Another command may have kept another one meanwhile, and that was not compared with this.
    if (now?.checkpoint === keptText && !now?.conflict) file.write({ checkpoint, conflict });
  };
  const report = (header: string, what: string) => {
    warn(what);
    if (keptText !== undefined) write(keptText, { given: header, what });
  };
  const followedUp = async (former: AuditCheckpoint, given: AuditCheckpoint, header: string) => {
    const said = await askClosing(former.size);
    if (said === undefined) return console.error(silence(origin, former));
    const verdict = followUp(former, given, said);
    if (verdict === 'rewritten') return report(lieOf(said) ?? header, anotherRecord(former));
    if (verdict === 'other_key') return report(header, anotherKey(former));
    write(header);
  };
  if (present?.conflict) warn(present.conflict.what);
  return (header) => {
    if (header === keptText || present?.conflict) return;
    const given = readCheckpoint(header);
    if (!given || !isCheckpointSigned(given)) return warn('a checkpoint of its audit that is not signed');
    if (!kept) return write(header);
    const verdict = judgeCheckpoint(kept, given);
    if (verdict === 'smaller') return report(header, fewerEntries(kept, given));
    if (verdict === 'conflicting') return report(header, anotherRecord(kept));
    if (verdict !== 'newer' || isFollowedUp) return;
    isFollowedUp = true;
    void followedUp(kept, given, header);
  };
}

/** Its word for the size that was kept contradicts what was kept; the longer record does not by itself. */
function lieOf(said: unknown): string | undefined {
  const closing = readAuditClosing(said);
  return closing && writeCheckpoint(closing.checkpoint);
}

function fewerEntries(kept: AuditCheckpoint, given: AuditCheckpoint): string {
  return `fewer entries of its audit (${given.size}) than on ${timeOf(kept)} (${kept.size})`;
}

function anotherRecord(kept: AuditCheckpoint): string {
  return `another record of its audit than on ${timeOf(kept)}`;
}

function anotherKey(kept: AuditCheckpoint): string {
  return `a record of its audit that is signed by another key than on ${timeOf(kept)}`;
}

function warning(origin: string, what: string): string {
  return [
    `WARNING: ${origin} has shown ${what}.`,
    'Its audit was cut off, written anew or restored from a backup, or another server answers at this address.',
    'Ask whoever runs it. When that is explained: remotes audit forget-checkpoint',
  ].join('\n');
}

function silence(origin: string, kept: AuditCheckpoint): string {
  return `Note: ${origin} did not say whether its audit begins as it did on ${timeOf(kept)}. "remotes audit check" asks it again.`;
}

function timeOf({ at_ms }: AuditCheckpoint): string {
  return new Date(at_ms).toISOString();
}
