import type { AuditCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { CanonicalValue } from '@remotes/protocol/values/canonical-json';
import type { Author } from '../operators/actor.ts';

/**
 * What was done, as it is handed in with the change itself, in the same transaction. `action` is a word such as
 * `host.approve`; `subject` names the thing. Values are plain data; secret ones are keyed hashes before they come here.
 */
export type AuditNote = {
  readonly at: number;
  readonly by: Author;
  readonly action: string;
  readonly subject: string;
  readonly before?: CanonicalValue;
  readonly after?: CanonicalValue;
};

/** A note that is not yet in the chain: canonical JSON of an entry without its number. */
type WaitingNote = { id: number; note: string };

/** How far the chain goes, and to which hash. */
export type ChainHead = { size: number; hash: string };

/** An entry of the chain: `entry` is its canonical JSON, of which the other members are taken to find it by. */
export type ChainedEntry = {
  number: number;
  at: number;
  actor: string;
  action: string;
  subject: string;
  entry: string;
  hash: string;
};

export type AuditFilter = {
  actor?: string | undefined;
  /** A whole word, or what stands before its dot. */
  action?: string | undefined;
  subject?: string | undefined;
  sinceAt?: number | undefined;
  beforeAt?: number | undefined;
  /** Only entries with a lower number. */
  belowNumber?: number | undefined;
  limit: number;
};

export interface AuditTable {
  /** Notes what this decision does. The appender puts it into the chain after the commit. */
  note(note: AuditNote): Promise<void>;
  /** The same of many things that were changed at once. */
  noteAll(notes: readonly AuditNote[]): Promise<void>;
  /** Waits until no other transaction is about to append, and keeps others from it until the end of this one. */
  takeTurn(): Promise<void>;
  /** Oldest first. */
  waiting(limit: number): Promise<WaitingNote[]>;
  head(): Promise<ChainHead>;
  /** Puts these at the end of the chain, in the place of those notes. */
  append(entries: readonly ChainedEntry[], noteIds: readonly number[]): Promise<void>;
  /** How much there is to do: notes that wait, entries that no checkpoint covers. */
  arrears(): Promise<{ isWaiting: boolean; size: number; signedSize: number | null }>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<{ entry: string; hash: string }[]>;
  /** In the order of their numbers, from the one after this. */
  after(number: number, limit: number): Promise<{ number: number; entry: string; hash: string }[]>;
  /** The chain as it was when it had so many entries; undefined when it is shorter. */
  headAt(size: number): Promise<ChainHead | undefined>;
  newestCheckpoint(): Promise<AuditCheckpoint | undefined>;
  addCheckpoint(checkpoint: AuditCheckpoint): Promise<void>;
  /** Removes those of fewer entries that were signed since then. */
  removeCheckpoints(sinceAt: number, belowSize: number): Promise<void>;
}
