import type { ServerKeys, ServerTable, TicketKey } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const read = prepared((db) =>
  db
    .selectFrom('server_state')
    .select([
      'store_id as storeId',
      'epoch',
      'is_paused as isPaused',
      'signing_public_pem as signingPublicPem',
      'signing_private_sealed as signingPrivateSealed',
      'server_id as serverId',
      'recovery_public_pem as recoveryPublicPem',
      'recovery_private_sealed as recoveryPrivateSealed',
    ]),
);

const readEpoch = prepared((db) => db.selectFrom('server_state').select('epoch'));

const readEpochs = prepared((db) =>
  db.selectFrom('server_state').select(['epoch', 'work_epoch as workEpoch']),
);

const bumpWorkEpoch = prepared((db) =>
  db.updateTable('server_state').set((row) => ({ work_epoch: row('work_epoch', '+', 1) })),
);

const bumpEpoch = prepared((db) =>
  db.updateTable('server_state').set((row) => ({ epoch: row('epoch', '+', 1) })),
);

const offerSigningKey = prepared((db, given: { publicPem: string; privateSealed: string }) =>
  db
    .updateTable('server_state')
    .set({ signing_public_pem: given.publicPem, signing_private_sealed: given.privateSealed })
    .where('signing_public_pem', 'is', null),
);

const offerServerId = prepared((db, given: { serverId: string }) =>
  db.updateTable('server_state').set({ server_id: given.serverId }).where('server_id', 'is', null),
);

const offerRecoveryKey = prepared((db, given: { publicPem: string; privateSealed: string }) =>
  db
    .updateTable('server_state')
    .set({ recovery_public_pem: given.publicPem, recovery_private_sealed: given.privateSealed })
    .where('recovery_public_pem', 'is', null),
);

const replaceSigningKey = prepared((db, given: { publicPem: string; privateSealed: string }) =>
  db
    .updateTable('server_state')
    .set({ signing_public_pem: given.publicPem, signing_private_sealed: given.privateSealed }),
);

const setRecoveryPrivate = prepared((db, given: { sealed: string | null }) =>
  db.updateTable('server_state').set({ recovery_private_sealed: given.sealed }),
);

const successions = prepared((db) =>
  db
    .selectFrom('key_successions')
    .select(['previous_key', 'next_key', 'at_ms', 'signed_by as by', 'signature'])
    .orderBy('number'),
);

type Succession = Awaited<ReturnType<ServerTable['successions']>>[number];

const addSuccession = prepared((db, given: Succession) =>
  db.insertInto('key_successions').values(({ selectFrom, fn, lit }) => ({
    number: selectFrom('key_successions').select((row) =>
      row(fn.coalesce(fn.max('number'), lit(0)), '+', lit(1)).as('next'),
    ),
    previous_key: given.previous_key,
    next_key: given.next_key,
    at_ms: given.at_ms,
    signed_by: given.by,
    signature: given.signature,
  })),
);

const ticketKeys = prepared((db) =>
  db
    .selectFrom('ticket_keys')
    .select(['id', 'created_at as createdAt', 'sealed'])
    .orderBy('created_at', 'desc'),
);

const addTicketKey = prepared((db, given: TicketKey) =>
  db.insertInto('ticket_keys').values({ id: given.id, created_at: given.createdAt, sealed: given.sealed }),
);

const removeTicketKeys = prepared((db, given: { olderThan: number }) =>
  db.deleteFrom('ticket_keys').where('created_at', '<', given.olderThan),
);

const setPaused = prepared((db, given: { isPaused: number }) =>
  db.updateTable('server_state').set({ is_paused: given.isPaused }),
);

const setStoreId = prepared((db, given: { storeId: string }) =>
  db.updateTable('server_state').set({ store_id: given.storeId }),
);

const begin = prepared((db, given: { storeId: string }) =>
  db
    .insertInto('server_state')
    .values({ id: 1, store_id: given.storeId })
    .onConflict((conflict) => conflict.doNothing()),
);

/** Writes the row that says which store this is, where there is none yet. */
export async function beginServerState(connection: Connection, storeId: string): Promise<void> {
  await begin.run(connection, { storeId });
}

export function serverTable(connection: Connection): ServerTable {
  const one = <Row>(row: Row | undefined): Row => {
    if (row === undefined) throw new Error('The database has no server state.');
    return row;
  };
  return Object.freeze({
    async read() {
      const row = one(await read.first(connection, {}));
      return { ...row, isPaused: row.isPaused === 1 };
    },
    async epoch() {
      return one(await readEpoch.first(connection, {})).epoch;
    },
    async bumpEpoch() {
      await bumpEpoch.run(connection, {});
    },
    async epochs() {
      return one(await readEpochs.first(connection, {}));
    },
    async bumpWorkEpoch() {
      await bumpWorkEpoch.run(connection, {});
    },
    async offerKeys(keys: ServerKeys) {
      await offerServerId.run(connection, { serverId: keys.serverId });
      await offerSigningKey.run(connection, {
        publicPem: keys.signingPublicPem,
        privateSealed: keys.signingPrivateSealed,
      });
      await offerRecoveryKey.run(connection, {
        publicPem: keys.recoveryPublicPem,
        privateSealed: keys.recoveryPrivateSealed,
      });
    },
    async replaceSigningKey(publicPem: string, privateSealed: string) {
      await replaceSigningKey.run(connection, { publicPem, privateSealed });
    },
    async setRecoveryPrivate(sealed: string | null) {
      await setRecoveryPrivate.run(connection, { sealed });
    },
    successions: () => successions.all(connection, {}),
    async addSuccession(succession: Succession) {
      await addSuccession.run(connection, succession);
    },
    ticketKeys: () => ticketKeys.all(connection, {}),
    async addTicketKey(key: TicketKey) {
      await addTicketKey.run(connection, key);
    },
    async removeTicketKeys(olderThan: number) {
      await removeTicketKeys.run(connection, { olderThan });
    },
    async setPaused(isPaused: boolean) {
      await setPaused.run(connection, { isPaused: Number(isPaused) });
    },
    async setStoreId(storeId: string) {
      await setStoreId.run(connection, { storeId });
    },
  });
}
