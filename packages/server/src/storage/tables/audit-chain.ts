import { sql } from 'kysely';
import type { AuditTable, ChainedEntry } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql } from '../prepared.ts';

type ChainTable = Pick<AuditTable, 'takeTurn' | 'waiting' | 'head' | 'headAt' | 'append' | 'arrears'>;

// Nobody but an appender writes here, and this lock is in the way of no reader.
const lockEntries = preparedSql(() => sql`lock table audit_entries in share row exclusive mode`);
const waiting = prepared((db, given: { limit: number }) =>
  db.selectFrom('audit_notes').select(['id', 'note']).orderBy('id').limit(given.limit),
);
const head = prepared((db) =>
  db.selectFrom('audit_entries').select(['number as size', 'hash']).orderBy('number', 'desc').limit(1),
);
const headAt = prepared((db, given: { size: number }) =>
  db.selectFrom('audit_entries').select(['number as size', 'hash']).where('number', '=', given.size),
);
const arrears = preparedSql(
  () => sql`
    select (select id from audit_notes order by id limit 1) as "noteId",
      (select max(number) from audit_entries) as "size", (select max(size) from audit_checkpoints) as "signedSize"`,
);
type ArrearsRow = { noteId: number | null; size: number | null; signedSize: number | null };

const append = prepared((db, given: ChainedEntry) =>
  db.insertInto('audit_entries').values({
    number: given.number,
    at: given.at,
    actor: given.actor,
    action: given.action,
    subject: given.subject,
    entry: given.entry,
    hash: given.hash,
  }),
);
/** Each statement is a way there and back: a batch of hundreds goes as one. */
const appendAllOnPostgres = preparedSql(
  (given: { entries: string }) => sql`
    insert into audit_entries (number, at, actor, action, subject, entry, hash)
    select "number", "at", "actor", "action", "subject", "entry", "hash"
    from json_to_recordset(${given.entries}::json) as given("number" bigint, "at" bigint, "actor" text,
      "action" text, "subject" text, "entry" text, "hash" text)`,
);
const forget = {
  sqlite: preparedSql(
    (given: { ids: string }) =>
      sql`delete from audit_notes where id in (select value from json_each(${given.ids}))`,
  ),
  postgres: preparedSql(
    (given: { ids: string }) =>
      sql`delete from audit_notes where id in (select value::bigint from json_array_elements_text(${given.ids}::json))`,
  ),
};

/** The chain's end, where entries are appended. */
export function chainTable(connection: Connection): ChainTable {
  return {
    async takeTurn() {
      // On SQLite a transaction that writes is the only one.
      if (connection.kind === 'postgres') await lockEntries.run(connection, {});
    },
    waiting: (limit: number) => waiting.all(connection, { limit }),
    async head() {
      return (await head.first(connection, {})) ?? emptyHead;
    },
    headAt: async (size: number) => (size === 0 ? emptyHead : headAt.first(connection, { size })),
    async append(entries: readonly ChainedEntry[], noteIds: readonly number[]) {
      if (connection.kind === 'postgres') {
        await appendAllOnPostgres.run(connection, { entries: JSON.stringify(entries) });
      } else {
        for (const entry of entries) await append.run(connection, entry);
      }
      await forget[connection.kind].run(connection, { ids: JSON.stringify(noteIds) });
    },
    async arrears() {
      const { noteId, size, signedSize } = (await arrears.first(connection, {})) as ArrearsRow;
      return { isWaiting: noteId !== null, size: size ?? 0, signedSize };
    },
  };
}

/** What stands before the first entry. */
const emptyHead = { size: 0, hash: '0'.repeat(64) };
