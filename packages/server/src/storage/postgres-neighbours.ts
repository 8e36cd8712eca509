import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Neighbours } from '../domain/storage.ts';

const channel = 'remotes_due';
const connectTimeoutMs = 5_000;
const againAfterMs = 1_000;
/** A peer that has vanished is noticed some probes after this. */
const keepAliveAfterMs = 15_000;
/** Each message makes every server look: one that decides all the time tells it so often. */
const toldAtMostEveryMs = 100;

/** Servers of one database, by PostgreSQL's LISTEN and NOTIFY. What is lost on the way is found by their sweeps. */
export function postgresNeighbours(
  url: string,
  ask: (text: string) => Promise<unknown>,
): Neighbours & { close(): Promise<void> } {
  const own = randomUUID();
  const closing = new AbortController();
  const { signal } = closing;
  let hearing: Promise<void> | undefined;
  let telling: Promise<void> | undefined;
  let isWanted = false;

  const tellAll = async () => {
    while (isWanted) {
      isWanted = false;
      await ask(`notify ${channel}, '${own}'`).catch(() => {});
      await delay(toldAtMostEveryMs, undefined, { signal, ref: false }).catch(() => {});
    }
    telling = undefined;
  };

  const hearOnce = async (heard: () => void) => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'remotes-server listening',
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveAfterMs,
    });
    const over = Promise.withResolvers<void>();
    const end = () => over.resolve();
    client.on('error', end);
    client.on('end', end);
    signal.addEventListener('abort', end);
    client.on('notification', ({ payload }) => {
      if (payload !== own) heard();
    });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      // Something may have been told before.
      heard();
      await over.promise;
    } finally {
      signal.removeEventListener('abort', end);
      await client.end().catch(() => {});
    }
  };

  return Object.freeze({
    tell() {
      isWanted = !signal.aborted;
      telling ??= tellAll();
    },
    hear(heard: () => void) {
      hearing ??= (async () => {
        while (!signal.aborted) {
          await hearOnce(heard).catch(() => {});
          await delay(againAfterMs, undefined, { signal, ref: false }).catch(() => {});
        }
      })();
    },
    async close() {
      closing.abort();
      await Promise.all([hearing, telling]);
    },
  });
}
