import type { AuditCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import { type CanonicalValue, canonicalJson } from '@remotes/protocol/values/canonical-json';
import { sql } from 'kysely';
import type { AuditFilter, AuditNote, AuditTable, ChainedEntry } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce, prepared, preparedSql } from '../prepared.ts';
import { chainTable } from './audit-chain.ts';

const note = prepared((db, given: { note: string }) =>
  db.insertInto('audit_notes').values({ note: given.note }),
);
/** Each statement is a way there and back: thousands of notes go as one. */
const noteAll = {
  sqlite: preparedSql(
    (given: { notes: string }) =>
      sql`insert into audit_notes (note) select value from json_each(${given.notes}) order by key`,
  ),
  postgres: preparedSql(
    (given: { notes: string }) =>
      sql`insert into audit_notes (note) select value
        from json_array_elements_text(${given.notes}::json) with ordinality as given (value, place) order by place`,
  ),
};
const entriesAfter = prepared((db, given: { number: number; limit: number }) =>
  db
    .selectFrom('audit_entries')
    .select(['number', 'entry', 'hash'])
    .where('number', '>', given.number)
    .orderBy('number')
    .limit(given.limit),
);

const newestCheckpoint = prepared((db) =>
  db
    .selectFrom('audit_checkpoints')
    .select(['server', 'size', 'hash', 'at_ms', 'signing_key as key', 'signature'])
    .orderBy('size', 'desc')
    .limit(1),
);
const addCheckpoint = prepared((db, given: AuditCheckpoint) =>
  db
    .insertInto('audit_checkpoints')
    .values({
      server: given.server,
      size: given.size,
      hash: given.hash,
      at_ms: given.at_ms,
      signing_key: given.key,
      signature: given.signature,
    })
    // Another server has signed the same.
    .onConflict((conflict) => conflict.doNothing()),
);
const removeCheckpoints = prepared((db, given: { sinceAt: number; belowSize: number }) =>
  db.deleteFrom('audit_checkpoints').where('at_ms', '>=', given.sinceAt).where('size', '<', given.belowSize),
);

export function auditTable(connection: Connection): AuditTable {
  return Object.freeze({
    ...chainTable(connection),
    async note(given: AuditNote) {
      await note.run(connection, { note: canonicalJson(entryOf(given)) });
    },
    async noteAll(given: readonly AuditNote[]) {
      if (given.length === 0) return;
      const notes = given.map((one) => canonicalJson(entryOf(one)));
      await noteAll[connection.kind].run(connection, { notes: JSON.stringify(notes) });
    },
    list: (filter: AuditFilter) => list(connection, filter),
    after: (number: number, limit: number) => entriesAfter.all(connection, { number, limit }),
    newestCheckpoint: () => newestCheckpoint.first(connection, {}),
    async addCheckpoint(checkpoint: AuditCheckpoint) {
      await addCheckpoint.run(connection, checkpoint);
    },
    async removeCheckpoints(sinceAt: number, belowSize: number) {
      await removeCheckpoints.run(connection, { sinceAt, belowSize });
    },
  });
}

/** The note as the chain will have it, but for its number. */
function entryOf({ at, by, action, subject, before = null, after = null }: AuditNote): CanonicalValue {
  return wellFormed({
    at: new Date(at).toISOString(),
    by: {
      kind: by.kind,
      operator_id: by.operatorId,
      name: by.name,
      token_name: by.tokenName,
      address: by.address,
      request_id: by.requestId,
    },
    action,
    subject,
    before,
    after,
  });
}

/** Half a character that somebody sent must not keep what he did out of the audit. */
function wellFormed(value: CanonicalValue): CanonicalValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]),
  );
}

type Found = Pick<ChainedEntry, 'entry' | 'hash'>;

function list(connection: Connection, filter: AuditFilter): Promise<Found[]> {
  const { actor, action, subject, sinceAt, beforeAt, belowNumber, limit } = filter;
  return builtOnce(connection, (db) => {
    let query = db
      .selectFrom('audit_entries')
      .select(['entry', 'hash'])
      .orderBy('number', 'desc')
      .limit(limit);
    if (actor !== undefined) query = query.where('actor', '=', actor);
    if (action !== undefined) {
      query = action.includes('.')
        ? query.where('action', '=', action)
        : query.where('action', 'like', `${action}.%`);
    }
    if (subject !== undefined) query = query.where('subject', '=', subject);
    if (sinceAt !== undefined) query = query.where('at', '>=', sinceAt);
    if (beforeAt !== undefined) query = query.where('at', '<', beforeAt);
    if (belowNumber !== undefined) query = query.where('number', '<', belowNumber);
    return query;
  });
}
