import type { RunState } from '@remotes/protocol/values/run';

/**
 * A place in the order of events, which is the order of commits. `xid` is PostgreSQL's number of the transaction, "0"
 * on SQLite.
 */
export type EventPlace = { xid: string; number: number };

/** What a change of a table left behind; only the members that its kind has are there. */
export type StoredEvent = EventPlace & {
  at: number;
  /** `begin`: the first one, which stands for nothing. */
  kind: 'begin' | 'run' | 'output' | 'job' | 'host';
  jobId: string | null;
  hostId: number | null;
  runId: string | null;
  state: string | null;
  formerState: string | null;
  stream: string | null;
  chunk: number | null;
  name: string | null;
  /** Of a host that was removed: the ids of the groups that it was in, as JSON. */
  hostsGroupIds: string | null;
};

export interface EventsTable {
  /** Those after this place, in order, and none that another could still come before. */
  after(place: EventPlace, limit: number): Promise<StoredEvent[]>;
  /** The last one in order; there is always one. */
  newest(): Promise<EventPlace>;
  oldest(): Promise<EventPlace>;
  /** How many runs came to each state after one place, up to another. */
  countRuns(after: EventPlace, upTo: EventPlace): Promise<{ state: RunState; runs: number }[]>;
  /** Removes at most `limit` of the oldest, of those before this time and of those beyond so many; answers how many. Never the last one. */
  prune(bounds: { olderThan: number; most: number; limit: number }): Promise<number>;
  /** Forgets all of them: what readers know is worth nothing any more. */
  startAnew(): Promise<void>;
  /** The hosts in any of these groups. */
  hostIdsWithin(hostsGroupIds: readonly number[]): Promise<number[]>;
  /** Whether the job is for these groups, or has a run on a host in one of them; null: whether there is such a job. */
  isJobWithin(jobId: string, hostsGroupIds: readonly number[] | null): Promise<boolean>;
}
