import type { ServerTable } from '../../domain/ports.ts';
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
    ]),
);

const readEpoch = prepared((db) => db.selectFrom('server_state').select('epoch'));

const bumpEpoch = prepared((db) =>
  db.updateTable('server_state').set((row) => ({ epoch: row('epoch', '+', 1) })),
);

const offerSigningKey = prepared((db, given: { publicPem: string; privateSealed: string }) =>
  db
    .updateTable('server_state')
    .set({ signing_public_pem: given.publicPem, signing_private_sealed: given.privateSealed })
    .where('signing_public_pem', 'is', null),
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
    async offerSigningKey(publicPem: string, privateSealed: string) {
      await offerSigningKey.run(connection, { publicPem, privateSealed });
    },
    async setPaused(isPaused: boolean) {
      await setPaused.run(connection, { isPaused: Number(isPaused) });
    },
    async setStoreId(storeId: string) {
      await setStoreId.run(connection, { storeId });
    },
  });
}
