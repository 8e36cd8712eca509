import { sql } from 'kysely';
import type {
  Host,
  HostChange,
  HostsInBrief,
  HostsPage,
  HostsTable,
  NewHost,
  Visit,
} from '../../domain/ports.ts';
import { changer } from '../change.ts';
import type { Connection } from '../connection.ts';
import { prepared, preparedSql, runOnce } from '../prepared.ts';
import { changesPlace, removedSince } from './hosts-changes.ts';
import { hostColumns } from './hosts-columns.ts';
import { absentHosts, verifiedIds } from './hosts-ids.ts';
import { hostsInBrief } from './hosts-in-brief.ts';
import { countHosts, hostsPage } from './hosts-pages.ts';
import { hostsStandings } from './hosts-standings.ts';
import { recordVisits } from './hosts-visits.ts';
import { listOf } from './id-list.ts';

const byId = prepared((db, given: { id: number }) =>
  db.selectFrom('hosts').select(hostColumns).where('id', '=', given.id),
);
const byUuid = prepared((db, given: { uuid: string }) =>
  db.selectFrom('hosts').select(hostColumns).where('uuid', '=', given.uuid),
);
const byName = prepared((db, given: { name: string }) =>
  db.selectFrom('hosts').select(hostColumns).where('name', '=', given.name),
);
const byKeyFingerprint = prepared((db, given: { fingerprint: string }) =>
  db.selectFrom('hosts').select(hostColumns).where('key_fingerprint', '=', given.fingerprint),
);
// No join: SQLite as it is built here plans a join anew each time that it is asked with another value.
const byTokenHash = prepared((db, given: { tokenHash: string }) =>
  db
    .selectFrom('hosts')
    .select(hostColumns)
    .where('id', '=', (inner) =>
      inner.selectFrom('host_tokens').select('host_id').where('token_hash', '=', given.tokenHash),
    ),
);
const list = prepared((db) => db.selectFrom('hosts').select(hostColumns).orderBy('id'));

const add = prepared((db, given: Omit<NewHost, 'needsApproval'> & { needsApproval: number }) =>
  db
    .insertInto('hosts')
    .values({
      uuid: given.uuid,
      // Its id is not known yet, and no two hosts have the same name.
      name: given.uuid,
      public_pem: given.publicPem,
      key_fingerprint: given.keyFingerprint,
      state: 'registered',
      needs_approval: given.needsApproval,
      registration_token_id: given.registrationTokenId,
      registered_at: given.registeredAt,
    })
    .returning('id'),
);
// Somebody may have given another host this name: then the uuid stays.
const nameById = prepared((db, given: { id: number; name: string }) =>
  db
    .updateTable('hosts')
    .set({ name: given.name })
    .where('id', '=', given.id)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('hosts as other').select('other.id').where('other.name', '=', given.name))),
    ),
);

const changedColumns = {
  name: 'name',
  state: 'state',
  needsApproval: 'needs_approval',
  registrationTokenId: 'registration_token_id',
  registeredAt: 'registered_at',
  verifiedAt: 'verified_at',
  channelKey: 'channel_key',
  channelKeyEnrolledAt: 'channel_key_enrolled_at',
  facts: 'facts',
  capability: 'capability',
  boot: 'boot',
  journalId: 'journal_id',
  toldStoreId: 'told_store_id',
  sessionsFrom: 'sessions_from',
  counterFrom: 'counter_from',
} as const satisfies Record<keyof HostChange, string>;
const change = changer('hosts', 'id', changedColumns);

const remove = prepared((db, given: { id: number }) => db.deleteFrom('hosts').where('id', '=', given.id));
// Runs and what is pending name their host by no foreign key. Those that wait are in no index of hosts, but in that of each job.
const removeRuns = preparedSql(
  (given: { id: number }) => sql`delete from runs where host_id = ${given.id} and state <> 'queued'`,
);
const removePending = prepared((db, given: { id: number }) =>
  db.deleteFrom('pending').where('host_id', '=', given.id),
);
const removeWaitingRuns = preparedSql(
  (given: { id: number }) => sql`
    delete from runs where wire_number in (select number from wire_numbers) and host_id = ${given.id}
      and state = 'queued'`,
);

const forgetSessions = prepared((db) =>
  db
    .updateTable('hosts')
    .set({ sessions_from: null, counter_from: null })
    .where('sessions_from', 'is not', null),
);

const countRegistered = prepared((db, given: { registrationTokenId: number; since: number }) =>
  db
    .selectFrom('hosts')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('registration_token_id', '=', given.registrationTokenId)
    .where('registered_at', '>', given.since)
    // Literally: a partial index serves no parameter.
    .where('state', '=', sql.lit('registered' as const)),
);

const addSignature = prepared((db, given: { hostId: number; signatureHash: string }) =>
  db
    .insertInto('host_signatures')
    .values({ host_id: given.hostId, signature_hash: given.signatureHash })
    .onConflict((conflict) => conflict.doNothing()),
);

export function hostsTable(connection: Connection): HostsTable {
  return Object.freeze({
    async byId(id: number) {
      return hostOf(await byId.first(connection, { id }));
    },
    async byUuid(uuid: string) {
      return hostOf(await byUuid.first(connection, { uuid }));
    },
    async byName(name: string) {
      return hostOf(await byName.first(connection, { name }));
    },
    async byKeyFingerprint(fingerprint: string) {
      return hostOf(await byKeyFingerprint.first(connection, { fingerprint }));
    },
    async byTokenHash(tokenHash: string) {
      return hostOf(await byTokenHash.first(connection, { tokenHash }));
    },
    async list() {
      return (await list.all(connection, {})).map(toHost);
    },
    page: async (page: HostsPage) => (await hostsPage(connection, page)).map(toHost),
    count: (within: readonly number[] | null, now: number) => countHosts(connection, within, now),
    async add(host: NewHost) {
      const added = await add.first(connection, { ...host, needsApproval: Number(host.needsApproval) });
      const id = added?.id ?? -1;
      await nameById.run(connection, { id, name: String(id).padStart(6, '0') });
      const stored = hostOf(await byId.first(connection, { id }));
      if (!stored) throw new Error('A host that was added is not there.');
      return stored;
    },
    inBrief: (asked: HostsInBrief) => hostsInBrief(connection, asked),
    standings: (ids: readonly number[]) => hostsStandings(connection, ids),
    changesPlace: () => changesPlace(connection),
    removedSince: (place: string) => removedSince(connection, place),
    verifiedIds: () => verifiedIds(connection),
    absent: (now: number) => absentHosts(connection, now),
    change: (id: number, changes: HostChange) => change(connection, id, changes),
    async changeAll(ids: readonly number[], changes: HostChange) {
      const set = Object.entries(changes).map(([member, value]) => {
        const column = sql.ref(changedColumns[member as keyof HostChange]);
        return sql`${column} = ${typeof value === 'boolean' ? Number(value) : value}`;
      });
      if (set.length === 0) return;
      const list = listOf(connection.kind, ids);
      await runOnce(connection, sql`update hosts set ${sql.join(set)} where id in ${list}`);
    },
    async remove(id: number) {
      await removeRuns.run(connection, { id });
      await removeWaitingRuns.run(connection, { id });
      await removePending.run(connection, { id });
      await remove.run(connection, { id });
    },
    async forgetSessions() {
      await forgetSessions.run(connection, {});
    },
    async countRegistered(registrationTokenId: number, since: number) {
      return (await countRegistered.first(connection, { registrationTokenId, since }))?.count ?? 0;
    },
    recordVisits: (visits: readonly Visit[]) => recordVisits(connection, visits),
    async addSignature(hostId: number, signatureHash: string) {
      return (await addSignature.run(connection, { hostId, signatureHash })) === 1;
    },
  });
}

type StoredHost = Omit<Host, 'needsApproval'> & { needsApproval: number };

function toHost(row: StoredHost): Host {
  return { ...row, needsApproval: row.needsApproval === 1 };
}

function hostOf(row: StoredHost | undefined): Host | undefined {
  return row && toHost(row);
}
