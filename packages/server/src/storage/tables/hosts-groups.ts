import { type SqlBool, sql } from 'kysely';
import type { HostsGroup, HostsGroupsTable } from '../../domain/ports.ts';
import { changer } from '../change.ts';
import type { Connection, DatabaseKind } from '../connection.ts';
import { builtOnce, prepared, preparedSql, runOnce } from '../prepared.ts';
import { idsAsJson, listOf } from './id-list.ts';

const columns = ['hosts_groups.id', 'hosts_groups.name', 'hosts_groups.is_active as isActive'] as const;

const list = prepared((db) => db.selectFrom('hosts_groups').select(columns).orderBy('id'));
const byName = prepared((db, given: { name: string }) =>
  db.selectFrom('hosts_groups').select(columns).where('name', '=', given.name),
);
const add = prepared((db, given: { name: string; isActive: number }) =>
  db.insertInto('hosts_groups').values({ name: given.name, is_active: given.isActive }).returning('id'),
);
const change = changer('hosts_groups', 'id', { name: 'name', isActive: 'is_active' });
const remove = prepared((db, given: { id: number }) =>
  db.deleteFrom('hosts_groups').where('id', '=', given.id),
);

const ofHost = prepared((db, given: { hostId: number }) =>
  db
    .selectFrom('hosts_groups')
    .select(columns)
    .where('id', 'in', (inner) =>
      inner.selectFrom('hosts_group_members').select('hosts_group_id').where('host_id', '=', given.hostId),
    )
    .orderBy('id'),
);
const byId = prepared((db, given: { id: number }) =>
  db.selectFrom('hosts_groups').select(columns).where('id', '=', given.id),
);
const countMembers = prepared((db) =>
  db
    .selectFrom('hosts_group_members')
    .select(({ fn }) => ['hosts_group_id as hostsGroupId', fn.countAll<number>().as('hosts')])
    .groupBy('hosts_group_id'),
);
const memberIds = {
  sqlite: preparedSql((given: { groupId: number }) => membersAsJson('sqlite', given)),
  postgres: preparedSql((given: { groupId: number }) => membersAsJson('postgres', given)),
};
const memberships = prepared((db) =>
  db
    .selectFrom('hosts_group_members')
    .select(['hosts_group_id as hostsGroupId', 'host_id as hostId'])
    .orderBy('hosts_group_id')
    .orderBy('host_id'),
);
const join = prepared((db, given: { groupId: number; hostId: number }) =>
  db
    .insertInto('hosts_group_members')
    .values({ hosts_group_id: given.groupId, host_id: given.hostId })
    .onConflict((conflict) => conflict.doNothing()),
);
const leave = prepared((db, given: { groupId: number; hostId: number }) =>
  db
    .deleteFrom('hosts_group_members')
    .where('hosts_group_id', '=', given.groupId)
    .where('host_id', '=', given.hostId),
);

export function hostsGroupsTable(connection: Connection): HostsGroupsTable {
  return Object.freeze({
    async list() {
      return (await list.all(connection, {})).map(toGroup);
    },
    async byName(name: string) {
      const row = await byName.first(connection, { name });
      return row && toGroup(row);
    },
    async add(name: string, isActive: boolean) {
      const added = await add.first(connection, { name, isActive: Number(isActive) });
      if (!added) throw new Error('A hosts group that was added is not there.');
      return { id: added.id, name, isActive };
    },
    change: (id: number, changes: Partial<Omit<HostsGroup, 'id'>>) => change(connection, id, changes),
    async remove(id: number) {
      await remove.run(connection, { id });
    },
    async ofHost(hostId: number) {
      return (await ofHost.all(connection, { hostId })).map(toGroup);
    },
    async ofHosts(hostIds: readonly number[]) {
      if (hostIds.length === 0) return [];
      return builtOnce(connection, (db) =>
        db
          .selectFrom('hosts_group_members')
          .select(['host_id as hostId', 'hosts_group_id as hostsGroupId'])
          .where(sql<SqlBool>`host_id in ${listOf(connection.kind, hostIds)}`)
          .orderBy('host_id')
          .orderBy('hosts_group_id'),
      );
    },
    async byId(id: number) {
      const row = await byId.first(connection, { id });
      return row && toGroup(row);
    },
    countMembers: () => countMembers.all(connection, {}),
    async memberIds(groupId: number) {
      const row = await memberIds[connection.kind].first(connection, { groupId });
      return JSON.parse((row as { ids: string }).ids) as number[];
    },
    memberships: () => memberships.all(connection, {}),
    async join(groupId: number, hostId: number) {
      return (await join.run(connection, { groupId, hostId })) === 1;
    },
    async joinAll(groupId: number, hostIds: readonly number[]) {
      const ids = listOf(connection.kind, hostIds);
      await runOnce(
        connection,
        sql`insert into hosts_group_members (hosts_group_id, host_id)
          select hosts_groups.id, hosts.id from hosts_groups join hosts on hosts.id in ${ids}
          where hosts_groups.id = ${groupId} on conflict do nothing`,
      );
    },
    async leaveAll(groupId: number, hostIds: readonly number[]) {
      const ids = listOf(connection.kind, hostIds);
      await runOnce(
        connection,
        sql`delete from hosts_group_members where hosts_group_id = ${groupId} and host_id in ${ids}`,
      );
    },
    async leave(groupId: number, hostId: number) {
      return (await leave.run(connection, { groupId, hostId })) === 1;
    },
  });
}

function toGroup(row: { id: number; name: string; isActive: number }): HostsGroup {
  return { ...row, isActive: row.isActive === 1 };
}

/** One text for all of them: a row for each costs many times as much. */
function membersAsJson(kind: DatabaseKind, { groupId }: { groupId: number }) {
  const from = sql`from hosts_group_members where hosts_group_id = ${groupId}`;
  return sql`select ${idsAsJson(kind, 'host_id', from)} as ids`;
}
