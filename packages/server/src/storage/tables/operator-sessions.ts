import type { NewOperatorSession, OperatorSession, OperatorSessionsTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const columns = [
  'id',
  'operator_id as operatorId',
  'kind',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'last_used_at as lastUsedAt',
  'address',
  'agent',
  'confirmed_at as confirmedAt',
  'has_second_factor as hasSecondFactor',
] as const;

type Stored = Omit<OperatorSession, 'hasSecondFactor'> & { hasSecondFactor: number };

const byId = prepared((db, given: { id: number }) =>
  db.selectFrom('operator_sessions').select(columns).where('id', '=', given.id),
);
const byTokenHash = prepared((db, given: { tokenHash: string }) =>
  db.selectFrom('operator_sessions').select(columns).where('token_hash', '=', given.tokenHash),
);
const ofOperator = prepared((db, given: { operatorId: number }) =>
  db
    .selectFrom('operator_sessions')
    .select(columns)
    .where('operator_id', '=', given.operatorId)
    .orderBy('id', 'desc'),
);
const add = prepared((db, given: Omit<NewOperatorSession, 'hasSecondFactor'> & { hasSecondFactor: number }) =>
  db
    .insertInto('operator_sessions')
    .values({
      operator_id: given.operatorId,
      token_hash: given.tokenHash,
      kind: given.kind,
      created_at: given.createdAt,
      expires_at: given.expiresAt,
      last_used_at: given.createdAt,
      address: given.address,
      agent: given.agent,
      confirmed_at: given.confirmedAt,
      has_second_factor: given.hasSecondFactor,
    })
    .returning('id'),
);
const confirm = prepared((db, given: { id: number; at: number; hasSecondFactor: number }) =>
  db
    .updateTable('operator_sessions')
    .set({ confirmed_at: given.at, has_second_factor: given.hasSecondFactor })
    .where('id', '=', given.id),
);
const remove = prepared((db, given: { id: number }) =>
  db.deleteFrom('operator_sessions').where('id', '=', given.id),
);
const removeOfOperator = prepared((db, given: { operatorId: number; exceptId: number }) =>
  db
    .deleteFrom('operator_sessions')
    .where('operator_id', '=', given.operatorId)
    .where('id', '!=', given.exceptId),
);
const removeAll = prepared((db) => db.deleteFrom('operator_sessions'));
const prune = prepared((db, given: { now: number; idleSince: number }) =>
  db
    .deleteFrom('operator_sessions')
    .where((row) => row.or([row('expires_at', '<=', given.now), row('last_used_at', '<=', given.idleSince)])),
);
const recordUse = prepared((db, given: { id: number; at: number; address: string }) =>
  db
    .updateTable('operator_sessions')
    .set({ last_used_at: given.at, address: given.address })
    .where('id', '=', given.id)
    .where('last_used_at', '<', given.at),
);

/** No session has it. */
const noId = 0;

export function operatorSessionsTable(connection: Connection): OperatorSessionsTable {
  return Object.freeze({
    async byId(id: number) {
      const row = await byId.first(connection, { id });
      return row && toSession(row);
    },
    async byTokenHash(tokenHash: string) {
      const row = await byTokenHash.first(connection, { tokenHash });
      return row && toSession(row);
    },
    async ofOperator(operatorId: number) {
      return (await ofOperator.all(connection, { operatorId })).map(toSession);
    },
    async add(session: NewOperatorSession) {
      const added = await add.first(connection, {
        ...session,
        hasSecondFactor: Number(session.hasSecondFactor),
      });
      if (!added) throw new Error('A session that was added is not there.');
      return added.id;
    },
    async confirm(id: number, at: number, hasSecondFactor: boolean) {
      await confirm.run(connection, { id, at, hasSecondFactor: Number(hasSecondFactor) });
    },
    async remove(id: number) {
      return (await remove.run(connection, { id })) === 1;
    },
    removeOfOperator: (operatorId: number, exceptId: number | null) =>
      removeOfOperator.run(connection, { operatorId, exceptId: exceptId ?? noId }),
    async removeAll() {
      await removeAll.run(connection, {});
    },
    async prune(now: number, idleSince: number) {
      await prune.run(connection, { now, idleSince });
    },
    async recordUse(id: number, at: number, address: string) {
      await recordUse.run(connection, { id, at, address });
    },
  });
}

function toSession(row: Stored): OperatorSession {
  return { ...row, hasSecondFactor: row.hasSecondFactor === 1 };
}
