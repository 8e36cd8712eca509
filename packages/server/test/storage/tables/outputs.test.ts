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
