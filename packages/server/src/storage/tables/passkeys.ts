import type { Passkey, PasskeysTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const columns = [
  'id',
  'operator_id as operatorId',
  'name',
  'credential_id as credentialId',
  'public_key as publicKey',
  'counter',
  'rp_id as rpId',
  'transports',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
] as const;

type NewPasskey = Omit<Passkey, 'id' | 'lastUsedAt'>;
type Stored = Omit<Passkey, 'transports'> & { transports: string };

const byCredentialId = prepared((db, given: { credentialId: string }) =>
  db.selectFrom('passkeys').select(columns).where('credential_id', '=', given.credentialId),
);
const ofOperator = prepared((db, given: { operatorId: number }) =>
  db.selectFrom('passkeys').select(columns).where('operator_id', '=', given.operatorId).orderBy('id'),
);
const add = prepared((db, given: Omit<NewPasskey, 'transports'> & { transports: string }) =>
  db
    .insertInto('passkeys')
    .values({
      operator_id: given.operatorId,
      name: given.name,
      credential_id: given.credentialId,
      public_key: given.publicKey,
      counter: given.counter,
      rp_id: given.rpId,
      transports: given.transports,
      created_at: given.createdAt,
    })
    .returning('id'),
);
const rename = prepared((db, given: { id: number; name: string }) =>
  db.updateTable('passkeys').set({ name: given.name }).where('id', '=', given.id),
);
const recordUse = prepared((db, given: { id: number; counter: number; at: number }) =>
  db
    .updateTable('passkeys')
    .set({ counter: given.counter, last_used_at: given.at })
    .where('id', '=', given.id),
);
const remove = prepared((db, given: { id: number }) => db.deleteFrom('passkeys').where('id', '=', given.id));
const spend = prepared((db, given: { challengeHash: string; expiresAt: number }) =>
  db
    .insertInto('spent_challenges')
    .values({ challenge_hash: given.challengeHash, expires_at: given.expiresAt })
    .onConflict((conflict) => conflict.doNothing()),
);
const pruneChallenges = prepared((db, given: { now: number }) =>
  db.deleteFrom('spent_challenges').where('expires_at', '<=', given.now),
);

export function passkeysTable(connection: Connection): PasskeysTable {
  return Object.freeze({
    async byCredentialId(credentialId: string) {
      const row = await byCredentialId.first(connection, { credentialId });
      return row && toPasskey(row);
    },
    async ofOperator(operatorId: number) {
      return (await ofOperator.all(connection, { operatorId })).map(toPasskey);
    },
    async add(passkey: NewPasskey) {
      const added = await add.first(connection, {
        ...passkey,
        transports: JSON.stringify(passkey.transports),
      });
      if (!added) throw new Error('A passkey that was added is not there.');
      return added.id;
    },
    async rename(id: number, name: string) {
      await rename.run(connection, { id, name });
    },
    async recordUse(id: number, counter: number, at: number) {
      await recordUse.run(connection, { id, counter, at });
    },
    async remove(id: number) {
      await remove.run(connection, { id });
    },
    async spendChallenge(challengeHash: string, expiresAt: number) {
      return (await spend.run(connection, { challengeHash, expiresAt })) === 1;
    },
    async pruneChallenges(now: number) {
      await pruneChallenges.run(connection, { now });
    },
  });
}

function toPasskey(row: Stored): Passkey {
  return { ...row, transports: JSON.parse(row.transports) as string[] };
}
