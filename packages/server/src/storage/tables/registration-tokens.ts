import type { RegistrationToken, RegistrationTokensTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const columns = [
  'id',
  'secret_hash as secretHash',
  'sealed',
  'created_at as createdAt',
  'expires_at as expiresAt',
  'uses',
  'verified_count as verifiedCount',
  'must_approve as mustApprove',
  'revoked_at as revokedAt',
] as const;

type NewToken = Omit<RegistrationToken, 'id' | 'verifiedCount' | 'revokedAt'>;

const bySecretHash = prepared((db, given: { secretHash: string }) =>
  db.selectFrom('registration_tokens').select(columns).where('secret_hash', '=', given.secretHash),
);
const list = prepared((db) => db.selectFrom('registration_tokens').select(columns).orderBy('id'));
const add = prepared((db, given: Omit<NewToken, 'mustApprove'> & { mustApprove: number }) =>
  db
    .insertInto('registration_tokens')
    .values({
      secret_hash: given.secretHash,
      sealed: given.sealed,
      created_at: given.createdAt,
      expires_at: given.expiresAt,
      uses: given.uses,
      must_approve: given.mustApprove,
    })
    .returning('id'),
);
const addGroup = prepared((db, given: { tokenId: number; groupId: number }) =>
  db
    .insertInto('registration_token_groups')
    .values({ registration_token_id: given.tokenId, hosts_group_id: given.groupId })
    .onConflict((conflict) => conflict.doNothing()),
);
const groupIds = prepared((db, given: { tokenId: number }) =>
  db
    .selectFrom('registration_token_groups')
    .select('hosts_group_id as groupId')
    .where('registration_token_id', '=', given.tokenId)
    .orderBy('hosts_group_id'),
);
const countVerified = prepared((db, given: { tokenId: number }) =>
  db
    .updateTable('registration_tokens')
    .set((row) => ({ verified_count: row('verified_count', '+', 1) }))
    .where('id', '=', given.tokenId),
);
const revoke = prepared((db, given: { tokenId: number; at: number }) =>
  db
    .updateTable('registration_tokens')
    .set({ revoked_at: given.at })
    .where('id', '=', given.tokenId)
    .where('revoked_at', 'is', null),
);

export function registrationTokensTable(connection: Connection): RegistrationTokensTable {
  return Object.freeze({
    async bySecretHash(secretHash: string) {
      const row = await bySecretHash.first(connection, { secretHash });
      return row && toToken(row);
    },
    async list() {
      return (await list.all(connection, {})).map(toToken);
    },
    async add(token: NewToken, hostsGroupIds: readonly number[]) {
      const added = await add.first(connection, { ...token, mustApprove: Number(token.mustApprove) });
      if (!added) throw new Error('A registration token that was added is not there.');
      for (const groupId of hostsGroupIds) await addGroup.run(connection, { tokenId: added.id, groupId });
      return added.id;
    },
    async hostsGroupIds(tokenId: number) {
      return (await groupIds.all(connection, { tokenId })).map((row) => row.groupId);
    },
    async countVerified(tokenId: number) {
      await countVerified.run(connection, { tokenId });
    },
    async revoke(tokenId: number, at: number) {
      await revoke.run(connection, { tokenId, at });
    },
  });
}

function toToken(row: Omit<RegistrationToken, 'mustApprove'> & { mustApprove: number }): RegistrationToken {
  return { ...row, mustApprove: row.mustApprove === 1 };
}
