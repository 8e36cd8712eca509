import type { DeviceLogin, DeviceLoginsTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const columns = [
  'id',
  'user_code as userCode',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'address',
  'agent',
  'state',
  'operator_id as operatorId',
  'has_second_factor as hasSecondFactor',
] as const;

type NewLogin = Parameters<DeviceLoginsTable['add']>[0];
type Decision = Parameters<DeviceLoginsTable['decide']>[1];
type Stored = Omit<DeviceLogin, 'hasSecondFactor'> & { hasSecondFactor: number };

const byUserCode = prepared((db, given: { userCode: string }) =>
  db.selectFrom('device_logins').select(columns).where('user_code', '=', given.userCode),
);
const byDeviceCodeHash = prepared((db, given: { deviceCodeHash: string }) =>
  db.selectFrom('device_logins').select(columns).where('device_code_hash', '=', given.deviceCodeHash),
);
const add = prepared((db, given: NewLogin) =>
  db.insertInto('device_logins').values({
    device_code_hash: given.deviceCodeHash,
    user_code: given.userCode,
    created_at: given.createdAt,
    expires_at: given.expiresAt,
    address: given.address,
    agent: given.agent,
  }),
);
const decide = prepared(
  (db, given: Omit<Decision, 'hasSecondFactor'> & { id: number; hasSecondFactor: number }) =>
    db
      .updateTable('device_logins')
      .set({
        state: given.state,
        operator_id: given.operatorId,
        has_second_factor: given.hasSecondFactor,
      })
      .where('id', '=', given.id),
);
const remove = prepared((db, given: { id: number }) =>
  db.deleteFrom('device_logins').where('id', '=', given.id),
);
const removeOfOperator = prepared((db, given: { operatorId: number }) =>
  db.deleteFrom('device_logins').where('operator_id', '=', given.operatorId),
);
const removeAll = prepared((db) => db.deleteFrom('device_logins'));
const prune = prepared((db, given: { now: number }) =>
  db.deleteFrom('device_logins').where('expires_at', '<=', given.now),
);

export function deviceLoginsTable(connection: Connection): DeviceLoginsTable {
  return Object.freeze({
    async byUserCode(userCode: string) {
      const row = await byUserCode.first(connection, { userCode });
      return row && toLogin(row);
    },
    async byDeviceCodeHash(deviceCodeHash: string) {
      const row = await byDeviceCodeHash.first(connection, { deviceCodeHash });
      return row && toLogin(row);
    },
    async add(login: NewLogin) {
      await add.run(connection, login);
    },
    async decide(id: number, decision: Decision) {
      await decide.run(connection, { ...decision, id, hasSecondFactor: Number(decision.hasSecondFactor) });
    },
    async remove(id: number) {
      return (await remove.run(connection, { id })) === 1;
    },
    async removeOfOperator(operatorId: number) {
      await removeOfOperator.run(connection, { operatorId });
    },
    async removeAll() {
      await removeAll.run(connection, {});
    },
    async prune(now: number) {
      await prune.run(connection, { now });
    },
  });
}

function toLogin(row: Stored): DeviceLogin {
  return { ...row, hasSecondFactor: row.hasSecondFactor === 1 };
}
