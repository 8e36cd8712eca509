export type ApiLogEntry = {
  at: number;
  requestId: string;
  method: string;
  path: string;
  status: number;
  address: string;
  hostName: string | null;
  operatorName: string | null;
  clientAgent: string | null;
  durationMs: number;
  /** What was sent, tokens and keys masked; null unless the setting asks for it. */
  arguments: string | null;
};

export interface ApiLogTable {
  add(entries: readonly ApiLogEntry[]): Promise<void>;
  /** Newest first, from the one before `beforeId` on. */
  list(limit: number, beforeId?: number): Promise<(ApiLogEntry & { id: number })[]>;
  /** Removes at most `limit` entries older than this; answers how many. */
  prune(olderThan: number, limit: number): Promise<number>;
}
