import { sql } from 'kysely';
import type { OutputStream, OutputsTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql } from '../prepared.ts';

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
const last = prepared((db, given: { runNumber: number }) =>
  db
    .selectFrom('run_output')
    .select(({ fn }) => fn.max('chunk').as('chunk'))
    .where('run_number', '=', given.runNumber),
);
const head = preparedSql(
  (given: { runNumber: number; stream: OutputStream; bytes: number }) => sql`
    select substr(bytes, 1, cast(${given.bytes} as integer)) as bytes from run_output
    where run_number = ${given.runNumber} and stream = ${given.stream} order by chunk limit 1`,
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
    async nextChunk(runNumber: number) {
      const newest = (await last.first(connection, { runNumber }))?.chunk ?? null;
      return newest === null ? 0 : Number(newest) + 1;
    },
    async head(runNumber: number, stream: OutputStream, bytes: number) {
      const first = (await head.first(connection, { runNumber, stream, bytes })) as
        | { bytes: Uint8Array }
        | undefined;
      return first?.bytes ?? new Uint8Array();
    },
    async remove(runNumber: number) {
      await remove.run(connection, { runNumber });
    },
  });
}
