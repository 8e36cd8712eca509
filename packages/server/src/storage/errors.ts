import { isRefusal, type RefusalCode, refuse } from '@remotes/protocol/errors';
import { startProblem } from '../domain/start-problem.ts';

/** The database cannot answer now. Carries the refusal that a door shows for it. */
export type Unavailable = Error & { readonly refused: RefusalCode; readonly sentence: string };

export function unavailable(sentence: string, cause: unknown): Unavailable {
  return Object.assign(new Error(sentence, { cause }), refuse('unavailable', sentence));
}

/** What a decision is told that comes too late. */
export function closing(): Unavailable {
  return unavailable('The server is stopping: try again later.', undefined);
}

/** Words a driver's error: what passes by itself or is not ours to mend is `unavailable`, anything else a fault. */
export function translateDriverError(error: unknown): unknown {
  const sentence = sentences.find(([pattern]) => pattern.test(codeOf(error)))?.[1];
  return sentence === undefined ? error : unavailable(sentence, error);
}

/** Words an error that kept the database from being opened, where whoever runs the server can put it right. */
export function translateOpenError(error: unknown): unknown {
  const sentence = openSentences[codeOf(error)];
  if (sentence !== undefined) return startProblem(sentence, error);
  const translated = translateDriverError(error);
  return isRefusal(translated) ? startProblem(translated.sentence, error) : translated;
}

/** True when the same transaction may well succeed if it is taken again: PostgreSQL ended it for another one's sake. */
export function isWorthRetrying(error: unknown): boolean {
  return /^(40001|40P01)$/.test(codeOf(error));
}

/** True when another connection holds the lock (SQLite). */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

/** SQLite's result codes (sqlite.org/rescode.html), PostgreSQL's SQLSTATEs (appendix A), Node's system errors. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'The database is busy: try again.'],
  [/^(SQLITE_FULL|ENOSPC|53100)$/, 'The disk that holds the database is full: free some space.'],
  [
    /^(SQLITE_READONLY.*|SQLITE_PERM|EACCES|EPERM|EROFS)$/,
    'The database cannot be written: check who owns its files.',
  ],
  [
    /^(SQLITE_CANTOPEN.*|ENOTDIR|EEXIST)$/,
    'The database cannot be opened: check its folder and who owns it.',
  ],
  [/^(08\w{3}|57P0\d|53\w{3})$/, 'The database cannot be reached: try again.'],
  [/^(40001|40P01|55P03|57014)$/, 'The database is busy: try again.'],
  [
    /^E(CONNREFUSED|CONNRESET|PIPE|HOSTUNREACH|NETUNREACH|TIMEDOUT|NOTFOUND|NOENT|AI_AGAIN)$/,
    'The database cannot be reached: try again.',
  ],
];

const openSentences: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: 'The database file is not an SQLite database: put it right, or restore a backup.',
  SQLITE_CORRUPT: 'The database file is damaged: restore a backup.',
  '28P01': 'PostgreSQL refuses this user or password: check the database URL.',
  '28000': 'PostgreSQL refuses this user: check the database URL and pg_hba.conf.',
  '3D000': 'PostgreSQL has no database of this name: create it, or check the database URL.',
  '42501': 'This PostgreSQL user may not create tables: give it the right to, or name another user.',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
