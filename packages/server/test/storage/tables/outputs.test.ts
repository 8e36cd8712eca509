import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../../databases.ts';
import { addVerifiedHost, sampleRun } from '../sample-rows.ts';

eachDatabase((open) => {
  it('keeps every byte of each chunk, in order of stream and number', async () => {
    const { storage, write } = await withRun(await open());
    const bytes = randomBytes(70_000);
    bytes[10] = 0;
    const run = await write(async (tables, number) => {
      // As it comes from another thread: plain bytes, a view of something larger.
      await tables.outputs.addChunk(number, 'stdout', 1, new Uint8Array(bytes.subarray(3)));
      await tables.outputs.addChunk(number, 'stdout', 0, bytes.subarray(0, 3));
      await tables.outputs.addChunk(number, 'stderr', 0, new Uint8Array(0));
      return number;
    });
    const chunks = await storage.tables.outputs.chunks(run);
    expect(chunks.map(({ stream, chunk }) => [stream, chunk])).toEqual([
      ['stderr', 0],
      ['stdout', 0],
      ['stdout', 1],
    ]);
    expect(Buffer.concat(chunks.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true);
  });

  it('reads on behind a piece, in the order in which they came, with what lies before in each stream', async () => {
    const { storage, write } = await withRun(await open());
    const said = [
      ['stdout', 'ab'],
      ['stderr', 'c'],
      ['stdout', 'def'],
      ['stderr', 'g'],
    ] as const;
    const run = await write(async (tables, number) => {
      for (const [chunk, [stream, text]] of said.entries())
        await tables.outputs.addChunk(number, stream, chunk, Buffer.from(text));
      return number;
    });
    const page = async (after: number, limit = 10) =>
      (await storage.tables.outputs.page(run, after, limit)).map(({ chunk, stream, bytes, bytesBefore }) => [
        chunk,
        stream,
        Buffer.from(bytes).toString(),
        bytesBefore,
      ]);
    expect(await page(-1, 2)).toEqual([
      [0, 'stdout', 'ab', 0],
      [1, 'stderr', 'c', 0],
    ]);
    expect(await page(1)).toEqual([
      [2, 'stdout', 'def', 2],
      [3, 'stderr', 'g', 1],
    ]);
    expect(await page(3)).toEqual([]);
  });

  it('drops the output of a run', async () => {
    const { storage, write } = await withRun(await open());
    const run = await write(async (tables, number) => {
      await tables.outputs.addChunk(number, 'stdout', 0, Buffer.from('up'));
      await tables.outputs.remove(number);
      return number;
    });
    expect(await storage.tables.outputs.chunks(run)).toEqual([]);
  });
});

async function withRun({ storage, write }: OpenDatabase) {
  const number = await write(async (tables) => {
    const host = await addVerifiedHost(tables);
    return tables.runs.add(sampleRun(host.id, 1));
  });
  type Tables = typeof storage.tables;
  return {
    storage,
    write: <Answer>(work: (tables: Tables, number: number) => Promise<Answer>) =>
      write((tables) => work(tables, number)),
  };
}
