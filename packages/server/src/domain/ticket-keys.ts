import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import type { DefinitionsView } from './definitions.ts';
import { rememberForEpoch } from './epoch-memory.ts';
import type { TicketKey as StoredTicketKey } from './ports/server.ts';
import type { Tables } from './ports.ts';
import type { Storage } from './storage.ts';

/** What seals tickets. Its id is 8 bytes as hexadecimal, and stands before each ticket that it sealed. */
type TicketKey = { readonly id: string; readonly key: KeyObject };

/** Newest first. New tickets are sealed with the first; older ones open with the others. */
export type TicketKeys = readonly TicketKey[];

export const ticketKeyIdBytes = 8;
const hourMs = 60 * 60 * 1000;
const renewedAfterMs = 12 * hourMs;
/** A ticket lives for a day, and is sealed with a key that is at most half a day old. */
const keptMs = 36 * hourMs;

/** The ticket keys as they are now; all servers of one database share them. */
export function createTicketKeysView(
  tables: Tables,
  masterKey: MasterKey,
  definitions: DefinitionsView,
): () => Promise<TicketKeys> {
  return rememberForEpoch(definitions, async () =>
    (await tables.server.ticketKeys()).flatMap(({ id, sealed }) => {
      const text = openSealed(masterKey, sealed, purposeOf(id));
      return text === undefined ? [] : [{ id, key: createSecretKey(Buffer.from(text, 'base64url')) }];
    }),
  );
}

/** Makes a ticket key where the newest is too old or there is none. Asked at start, and every minute. */
export async function freshenTicketKeys(storage: Storage, masterKey: MasterKey, now: number): Promise<void> {
  // Looked at first, so that an idle server writes nothing.
  if (isFresh(await storage.tables.server.ticketKeys(), now)) return;
  await storage.decide('renewTicketKey', newTicketKey(masterKey, now));
}

export function newTicketKey(masterKey: MasterKey, now: number): StoredTicketKey {
  const id = randomBytes(ticketKeyIdBytes).toString('hex');
  const sealed = seal(masterKey, randomBytes(32).toString('base64url'), purposeOf(id));
  return { id, createdAt: now, sealed };
}

/** Adds this key unless another server was quicker, and deletes those that seal nothing any more. */
export async function decideTicketKey(tables: Tables, key: StoredTicketKey): Promise<void> {
  if (isFresh(await tables.server.ticketKeys(), key.createdAt)) return;
  await tables.server.addTicketKey(key);
  await tables.server.removeTicketKeys(key.createdAt - keptMs);
  await tables.server.bumpEpoch();
}

/** A key from the future was made by a clock that has been set back since: it would never grow old. */
function isFresh([newest]: readonly StoredTicketKey[], now: number): boolean {
  return newest !== undefined && Math.abs(now - newest.createdAt) < renewedAfterMs;
}

function purposeOf(id: string): string {
  return `ticket key:${id}`;
}
