import { sql } from 'kysely';
import type { OutputHead, OutputPiece, OutputStream, OutputsTable } from '../../domain/ports.ts';
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
/** One statement, as the output may be stored anew between two. */
const page = prepared((db, given: { runNumber: number; after: number; limit: number }) =>
  db
    .with('before', (qb) =>
      qb
        .selectFrom('run_output')
        .select(['stream', sql<number | string>`sum(length(bytes))`.as('bytes')])
        .where('run_number', '=', given.runNumber)
        .where('chunk', '<=', given.after)
        .groupBy('stream'),
    )
    .selectFrom('run_output')
    .leftJoin('before', 'before.stream', 'run_output.stream')
    .select(['run_output.stream', 'run_output.chunk', 'run_output.bytes', 'before.bytes as bytesBefore'])
    .where('run_number', '=', given.runNumber)
    .where('chunk', '>', given.after)
    .orderBy('chunk')
    .orderBy('run_output.stream')
    .limit(given.limit),
);
const last = prepared((db, given: { runNumber: number }) =>
  db
    .selectFrom('run_output')
    .select(({ fn }) => fn.max('chunk').as('chunk'))
    .where('run_number', '=', given.runNumber),
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
    async page(runNumber: number, after: number, limit: number): Promise<OutputPiece[]> {
      const pieces = await page.all(connection, { runNumber, after, limit });
      return pieces.map((piece) => ({ ...piece, bytesBefore: Number(piece.bytesBefore ?? 0) }));
    },
    async nextChunk(runNumber: number) {
      const newest = (await last.first(connection, { runNumber }))?.chunk ?? null;
      return newest === null ? 0 : Number(newest) + 1;
    },
    heads: (runNumbers: readonly number[], bytes: number) =>
      sqlOnce<OutputHead>(
        connection,
        // A short beginning may lie in many pieces, a long one in the first.
        sql`select run_number as "runNumber", stream,
            substr(bytes, 1, cast(${bytes} - bytes_before as integer)) as bytes
          from (
            select run_number, stream, chunk, bytes,
              sum(length(bytes)) over (partition by run_number, stream order by chunk) - length(bytes) as bytes_before
            from run_output where run_number in ${listOf(connection.kind, runNumbers)}) as piece
          where bytes_before < ${bytes}
          order by run_number, stream, chunk`,
      ),
    async remove(runNumber: number) {
      await remove.run(connection, { runNumber });
    },
  });
}
