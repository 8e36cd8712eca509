import type { Mind } from '../mind.ts';
import type { Tables } from '../ports.ts';

type Bounds = { olderThan: number; most: number; limit: number };

const keptMs = 48 * 60 * 60 * 1000;
const most = 1_000_000;
const limit = 2_000;

/** Readers that were away for longer than this read everything anew. */
export async function pruneEvents({ storage, clock }: Mind): Promise<void> {
  const olderThan = clock() - keptMs;
  while ((await storage.decide('pruneEvents', { olderThan, most, limit })) === limit);
}

export function decidePruning(tables: Tables, bounds: Bounds): Promise<number> {
  return tables.events.prune(bounds);
}
