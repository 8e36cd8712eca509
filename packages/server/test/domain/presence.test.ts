import { expect, test } from 'vitest';
import type { KnownHost } from '../../src/domain/known-hosts.ts';
import type { Host, Visit } from '../../src/domain/ports.ts';
import { createPresence } from '../../src/domain/presence.ts';

const visitor = { address: '192.0.2.1', clientAgent: null, clientVersion: null };
const host = (id: number) => ({ id }) as KnownHost;

function createWatched() {
  const written: number[][] = [];
  let now = 1_000_000;
  let isFull = false;
  const presence = createPresence(
    () => now,
    async (visits: Visit[]) => {
      if (isFull) throw new Error('The disk is full.');
      written.push(visits.map(({ hostId }) => hostId));
    },
  );
  return {
    presence,
    written,
    poll: (id: number) => presence.visit(host(id), visitor, 'poll'),
    pass: (ms: number) => {
      now += ms;
    },
    fill: (full: boolean) => {
      isFull = full;
    },
  };
}

test('only hosts that come for the first time or come back are written before the batch is due', async () => {
  const { presence, written, poll, pass } = createWatched();
  poll(1);
  await presence.settle();
  pass(10_000);
  poll(1);
  await presence.settle();
  expect(written).toEqual([[1]]);
  await presence.record();
  expect(written).toEqual([[1], [1]]);
  // Three intervals and the time that a batch takes.
  pass(3 * 10_000 + 15_001);
  poll(1);
  await presence.settle();
  expect(written).toEqual([[1], [1], [1]]);
});

test('visits that could not be written are written next time, and no answer waits for that', async () => {
  const { presence, written, poll, fill } = createWatched();
  poll(1);
  fill(true);
  await presence.settle();
  await expect(presence.record()).rejects.toThrow('The disk is full.');
  poll(2);
  fill(false);
  await presence.settle();
  expect(written).toEqual([[1, 2]]);
});

test('whoever settles while a batch is being written waits for it', async () => {
  const done: string[] = [];
  let finish = () => {};
  const presence = createPresence(Date.now, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    done.push('written');
  });
  presence.visit(host(1), visitor, 'poll');
  const batch = presence.record();
  const settled = presence.settle().then(() => done.push('settled'));
  await Promise.resolve();
  await Promise.resolve();
  finish();
  await Promise.all([batch, settled]);
  expect(done).toEqual(['written', 'settled']);
});

test('a host was seen when it came last, here or at another server', () => {
  const { presence, poll } = createWatched();
  poll(1);
  const stored = (lastSeenAt: number | null) => ({ id: 1, lastSeenAt, usualIntervalMs: 5 }) as Host;
  expect(presence.upToDate(stored(null))).toMatchObject({ lastSeenAt: 1_000_000, usualIntervalMs: null });
  expect(presence.upToDate(stored(1_000_001))).toMatchObject({ lastSeenAt: 1_000_001, usualIntervalMs: 5 });
});
