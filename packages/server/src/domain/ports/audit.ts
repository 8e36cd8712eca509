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

export interface AuditTable {
  /** Notes what this decision does. The appender puts it into the chain after the commit. */
  note(note: AuditNote): Promise<void>;
}
