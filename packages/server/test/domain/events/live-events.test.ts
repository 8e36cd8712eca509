import { expect, onTestFinished, test } from 'vitest';
import { createLiveEvents } from '../../../src/domain/events/live-events.ts';
import type { EventPlace, Tables } from '../../../src/domain/ports.ts';
import { openDatabase } from '../../databases.ts';
import { addVerifiedHost } from '../../storage/sample-rows.ts';

async function begin() {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const { tables } = database.storage;
  let asked = 0;
  const counting = {
    events: {
      ...tables.events,
      after(place: EventPlace, limit: number) {
        asked += 1;
        return tables.events.after(place, limit);
      },
    },
  } as Tables;
  const live = createLiveEvents(counting);
  return { live, write: database.write, asked: () => asked };
}

const staying = new AbortController().signal;

test('a hundred readers cost the database no more than one', async () => {
  const { live, write, asked } = await begin();
  const place = await live.newest();
  const waiting = Array.from({ length: 100 }, () => live.next(place, staying));
  await expect.poll(asked).toBeGreaterThan(2);
  await write(addVerifiedHost);
  const [first, ...others] = await Promise.all(waiting);
  expect(first).toHaveLength(3);
  for (const events of others) expect(events).toEqual(first);
  // Those who began at once looked once each.
  expect(asked()).toBeLessThan(120);
});

test('a reader that fell behind what is at hand reads on without a gap', async () => {
  const { live, write } = await begin();
  const place = await live.newest();
  await write(async (tables) => {
    for (let count = 0; count < 500; count += 1) await addVerifiedHost(tables);
  });
  const read = async () => {
    const numbers: number[] = [];
    for (let from: EventPlace = place; numbers.length < 1_500; ) {
      const events = await live.next(from, staying);
      if (events === 'forgotten') throw new Error('It is not forgotten.');
      numbers.push(...events.map(({ number }) => number));
      from = events.at(-1) ?? from;
    }
    return numbers;
  };
  const [one, other] = await Promise.all([read(), read()]);
  expect(one).toEqual(Array.from({ length: 1_500 }, (_, index) => place.number + 1 + index));
  expect(other).toEqual(one);
});

test('a reader that leaves waits no longer, and nobody is asked when nobody follows', async () => {
  const { live, asked } = await begin();
  const leaving = new AbortController();
  const waiting = live.next(await live.newest(), leaving.signal);
  await expect.poll(asked).toBeGreaterThan(1);
  leaving.abort();
  expect(await waiting).toEqual([]);
  let before = -1;
  await expect
    .poll(
      () => {
        const hasStopped = before === asked();
        before = asked();
        return hasStopped;
      },
      { interval: 400 },
    )
    .toBe(true);
});
