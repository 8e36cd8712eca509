import { sql } from 'kysely';
import type { OutputHead, OutputStream, OutputsTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared, sqlOnce } from '../prepared.ts';
import { listOf } from './id-list.ts';

type Chunk = { runNumber: number; stream: OutputStream; chunk: number; bytes: Uint8Array };

const addChunk = prepared((db, given: Chunk) =>
  db.insertInto('run_output').values({
    run_number: given.runNumber,
    stream: given.stream,
    chunk: given.chunk,
    bytes: given.bytes,
  }),
);
const chunks = prepared((db, given: { runNumber: number }) =>
  db
    .selectFrom('run_output')
    .select(['stream', 'chunk', 'bytes'])
    .where('run_number', '=', given.runNumber)
    .orderBy('stream')
    .orderBy('chunk'),
);
const remove = prepared((db, given: { runNumber: number }) =>
  db.deleteFrom('run_output').where('run_number', '=', given.runNumber),
);

export function outputsTable(connection: Connection): OutputsTable {
  return Object.freeze({
    async addChunk(runNumber: number, stream: OutputStream, chunk: number, bytes: Uint8Array) {
      await addChunk.run(connection, { runNumber, stream, chunk, bytes });
    },
    chunks: (runNumber: number) => chunks.all(connection, { runNumber }),
    heads: (runNumbers: readonly number[], bytes: number) =>
      sqlOnce<OutputHead>(
        connection,
        sql`select run_number as "runNumber", stream, substr(bytes, 1, cast(${bytes} as integer)) as bytes
          from run_output as output
          where run_number in ${listOf(connection.kind, runNumbers)} and chunk = (
            select min(chunk) from run_output
            where run_number = output.run_number and stream = output.stream)`,
      ),
    async remove(runNumber: number) {
      await remove.run(connection, { runNumber });
    },
  });
}
