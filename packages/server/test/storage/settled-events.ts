import { expect } from 'vitest';
import type { EventPlace, StoredEvent } from '../../src/domain/ports.ts';
import type { Storage } from '../../src/domain/storage.ts';
import type { EmptyDatabase } from '../databases.ts';
import { connectTo } from './raw-connection.ts';

/**
 * Every event that was committed, from the first or from a place on. On PostgreSQL they can be read only once nobody who
 * began earlier is still at work, and other tests work on the same server.
 */
export async function settledEvents(
  database: EmptyDatabase & { readonly storage: Storage },
  after: EventPlace = { xid: '0', number: 0 },
): Promise<StoredEvent[]> {
  const connection = await connectTo(database);
  const text = 'select count(*) as count from events';
  const stored = await connection.first<{ count: number }>({ name: undefined, text }, []);
  const { events } = database.storage.tables;
  await expect
    .poll(async () => (await events.after({ xid: '0', number: 0 }, 1_000_000)).length)
    .toBeGreaterThanOrEqual(stored?.count ?? 0);
  return events.after(after, 1_000_000);
}
