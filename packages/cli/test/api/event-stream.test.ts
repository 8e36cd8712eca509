import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvents } from '../../src/api/event-stream.ts';

const stream =
  ': comment\r\n\r\nid: 1\nevent: run\ndata: {"a":"ü"}\n\ndata:x\ndata: y\n\nid: 3\n\nevent: ready\ndata\n\n';
const events = [
  { id: '1', event: 'run', data: '{"a":"ü"}' },
  { id: undefined, event: 'message', data: 'x\ny' },
  { id: undefined, event: 'ready', data: '' },
];

async function read(parts: readonly Buffer[]) {
  const found = [];
  for await (const event of readEvents(
    (async function* () {
      yield* parts;
    })(),
  ))
    found.push(event);
  return found;
}

describe('server-sent events', () => {
  test('are read alike however the bytes are cut', async () => {
    const bytes = Buffer.from(stream);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length];
        const parts = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await read(parts)).toEqual(events);
      }),
      { numRuns: 50 },
    );
  });

  test('one that was cut off before its end is not told', async () => {
    expect(await read([Buffer.from('data: half')])).toEqual([]);
  });
});
