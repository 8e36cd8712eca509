import type { NewOperator, Operator, OperatorChange, OperatorsTable } from '../../domain/ports.ts';
import { changer } from '../change.ts';
import type { Connection } from '../connection.ts';
import { readIds, writeIds } from '../id-list.ts';
import { prepared } from '../prepared.ts';

const columns = [
  'id',
  'name',
  'role',
  'hosts_group_ids as hostsGroupIds',
  'is_active as isActive',
  'created_at as createdAt',
  'revision',
  'password_hash as passwordHash',
  'totp_sealed as totpSealed',
  'totp_pending_sealed as totpPendingSealed',
  'totp_last_step as totpLastStep',
] as const;

type Stored = Omit<Operator, 'hostsGroupIds' | 'isActive'> & {
  hostsGroupIds: string | null;
  isActive: number;
};
type StoredNew = Omit<NewOperator, 'hostsGroupIds' | 'isActive'> & {
  hostsGroupIds: string | null;
  isActive: number;
  nameKey: string;
};

const byId = prepared((db, given: { id: number }) =>
  db.selectFrom('operators').select(columns).where('id', '=', given.id),
);
const byNameKey = prepared((db, given: { nameKey: string }) =>
  db.selectFrom('operators').select(columns).where('name_key', '=', given.nameKey),
);
const list = prepared((db) => db.selectFrom('operators').select(columns).orderBy('name_key'));
const add = prepared((db, given: StoredNew) =>
  db
    .insertInto('operators')
    .values({
      name: given.name,
      name_key: given.nameKey,
      role: given.role,
      hosts_group_ids: given.hostsGroupIds,
      is_active: given.isActive,
      created_at: given.createdAt,
      password_hash: given.passwordHash,
    })
    .returning(columns),
);
const change = changer('operators', 'id', {
  name: 'name',
  nameKey: 'name_key',
  role: 'role',
  hostsGroupIds: 'hosts_group_ids',
  isActive: 'is_active',
  revision: 'revision',
  passwordHash: 'password_hash',
  totpSealed: 'totp_sealed',
  totpPendingSealed: 'totp_pending_sealed',
  totpLastStep: 'totp_last_step',
});
const remove = prepared((db, given: { id: number }) => db.deleteFrom('operators').where('id', '=', given.id));

type Code = { operatorId: number; codeHash: string };

const dropCodes = prepared((db, given: Pick<Code, 'operatorId'>) =>
  db.deleteFrom('recovery_codes').where('operator_id', '=', given.operatorId),
);
const addCode = prepared((db, given: Code) =>
  db.insertInto('recovery_codes').values({ operator_id: given.operatorId, code_hash: given.codeHash }),
);
const codes = prepared((db, given: Pick<Code, 'operatorId'>) =>
  db.selectFrom('recovery_codes').select('code_hash').where('operator_id', '=', given.operatorId),
);
const dropCode = prepared((db, given: Code) =>
  db
    .deleteFrom('recovery_codes')
    .where('operator_id', '=', given.operatorId)
    .where('code_hash', '=', given.codeHash),
);

export function operatorsTable(connection: Connection): OperatorsTable {
  return Object.freeze({
    async byId(id: number) {
      const row = await byId.first(connection, { id });
      return row && toOperator(row);
    },
    async byName(name: string) {
      // PostgreSQL knows no such character, not even to look for it.
      if (name.includes('\0')) return undefined;
      const row = await byNameKey.first(connection, { nameKey: nameKeyOf(name) });
      return row && toOperator(row);
    },
    async list() {
      return (await list.all(connection, {})).map(toOperator);
    },
    async add(operator: NewOperator) {
      const row = await add.first(connection, {
        ...operator,
        nameKey: nameKeyOf(operator.name),
        hostsGroupIds: writeIds(operator.hostsGroupIds),
        isActive: Number(operator.isActive),
      });
      if (!row) throw new Error('An operator that was added is not there.');
      return toOperator(row);
    },
    async change(id: number, { hostsGroupIds, ...changes }: OperatorChange) {
      await change(connection, id, {
        ...changes,
        ...(changes.name !== undefined && { nameKey: nameKeyOf(changes.name) }),
        ...(hostsGroupIds !== undefined && { hostsGroupIds: writeIds(hostsGroupIds) }),
      });
    },
    async remove(id: number) {
      await remove.run(connection, { id });
    },
    async setRecoveryCodes(operatorId: number, codeHashes: readonly string[]) {
      await dropCodes.run(connection, { operatorId });
      for (const codeHash of codeHashes) await addCode.run(connection, { operatorId, codeHash });
    },
    async countRecoveryCodes(operatorId: number) {
      return (await codes.all(connection, { operatorId })).length;
    },
    async useRecoveryCode(operatorId: number, codeHash: string) {
      return (await dropCode.run(connection, { operatorId, codeHash })) === 1;
    },
  });
}

function toOperator(row: Stored): Operator {
  return { ...row, hostsGroupIds: readIds(row.hostsGroupIds), isActive: row.isActive === 1 };
}

/** Two names that differ by case, or by how their letters are composed, are one name. */
function nameKeyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
