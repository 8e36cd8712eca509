import { sql } from 'kysely';
import type { PendingTable } from '../../domain/ports.ts';
import type { Connection, DatabaseKind } from '../connection.ts';
import { builtOnce, prepared, preparedSql, runOnce, sqlOnce } from '../prepared.ts';
import { listIn, listOf } from './id-list.ts';

type Place = { hostId: number; wireNumber: number };
type Membership = { hostsGroupId: number; hostId: number };

// One row with a list: a row for each number costs three times as much, and every poll asks for this.
const ofHost = {
  sqlite: preparedSql(
    (given: { hostId: number }) =>
      sql`select json_group_array(wire_number) as numbers from pending where host_id = ${given.hostId}`,
  ),
  postgres: preparedSql(
    (given: { hostId: number }) =>
      sql`select json_agg(wire_number)::text as numbers from pending where host_id = ${given.hostId}`,
  ),
};
const ofHostsOn = (kind: DatabaseKind) =>
  preparedSql(
    (given: { hostIds: string }) => sql`
      select host_id as "hostId", wire_number as "wireNumber" from pending
      where host_id in ${listIn(kind, given.hostIds)} order by host_id, wire_number`,
  );
const ofHosts = { sqlite: ofHostsOn('sqlite'), postgres: ofHostsOn('postgres') };
const has = prepared((db, given: Place) =>
  db
    .selectFrom('pending')
    .select('wire_number as wireNumber')
    .where('host_id', '=', given.hostId)
    .where('wire_number', '=', given.wireNumber),
);
const add = prepared((db, given: Place) =>
  db
    .insertInto('pending')
    .values({ host_id: given.hostId, wire_number: given.wireNumber })
    .onConflict((conflict) => conflict.doNothing()),
);
const remove = prepared((db, given: Place) =>
  db.deleteFrom('pending').where('host_id', '=', given.hostId).where('wire_number', '=', given.wireNumber),
);

const addForMember = prepared((db, given: Membership) =>
  db
    .insertInto('pending')
    .columns(['host_id', 'wire_number'])
    .expression((inner) =>
      inner
        .selectFrom('commands_groups')
        .innerJoin('commands', 'commands.commands_group_id', 'commands_groups.id')
        .innerJoin('hosts', (join) => join.on('hosts.id', '=', given.hostId))
        .select(['hosts.id', 'commands.id as wire_number'])
        .where('commands_groups.hosts_group_id', '=', given.hostsGroupId)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('runs')
                .select('runs.number')
                .whereRef('runs.host_id', '=', 'hosts.id')
                .whereRef('runs.wire_number', '=', 'commands.id')
                .where('runs.state', '<>', 'queued'),
            ),
          ),
        ),
    )
    .onConflict((conflict) => conflict.doNothing()),
);
const removeForMember = prepared((db, given: Membership) =>
  db
    .deleteFrom('pending')
    .where('host_id', '=', given.hostId)
    .where('wire_number', 'in', (inner) =>
      inner
        .selectFrom('commands_groups')
        .innerJoin('commands', 'commands.commands_group_id', 'commands_groups.id')
        .select('commands.id')
        .where('commands_groups.hosts_group_id', '=', given.hostsGroupId),
    ),
);

const removeCommand = prepared((db, given: { wireNumber: number }) =>
  db.deleteFrom('pending').where('wire_number', '=', given.wireNumber),
);
const addForMembers = prepared((db, given: { wireNumber: number; hostsGroupId: number }) =>
  db
    .insertInto('pending')
    .columns(['host_id', 'wire_number'])
    .expression((inner) =>
      inner
        .selectFrom('hosts_group_members as member')
        .innerJoin('jobs', (join) => join.on('jobs.wire_number', '=', given.wireNumber))
        .select(['member.host_id', 'jobs.wire_number'])
        .where('member.hosts_group_id', '=', given.hostsGroupId)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('runs')
                .select('runs.number')
                .whereRef('runs.host_id', '=', 'member.host_id')
                .whereRef('runs.wire_number', '=', 'jobs.wire_number')
                .where('runs.state', '<>', 'queued'),
            ),
          ),
        ),
    ),
);

export function pendingTable(connection: Connection): PendingTable {
  return Object.freeze({
    async ofHost(hostId: number) {
      const row = await ofHost[connection.kind].first(connection, { hostId });
      const { numbers } = row as { numbers: string | null };
      return numbers === null ? [] : (JSON.parse(numbers) as number[]).sort((one, other) => one - other);
    },
    async ofHosts(hostIds: readonly number[]) {
      const given = { hostIds: JSON.stringify(hostIds) };
      const rows = await ofHosts[connection.kind].all(connection, given);
      const byHost = Map.groupBy(rows as Place[], ({ hostId }) => hostId);
      return [...byHost].map(([hostId, own]) => ({
        hostId,
        wireNumbers: own.map(({ wireNumber }) => wireNumber),
      }));
    },
    async has(hostId: number, wireNumber: number) {
      return (await has.first(connection, { hostId, wireNumber })) !== undefined;
    },
    async add(hostId: number, wireNumber: number) {
      await add.run(connection, { hostId, wireNumber });
    },
    async remove(hostId: number, wireNumber: number) {
      await remove.run(connection, { hostId, wireNumber });
    },
    async addForMember(hostsGroupId: number, hostId: number) {
      await addForMember.run(connection, { hostsGroupId, hostId });
    },
    async removeForMember(hostsGroupId: number, hostId: number) {
      await removeForMember.run(connection, { hostsGroupId, hostId });
    },
    async resetForCommand(wireNumber: number, hostsGroupId: number) {
      await removeCommand.run(connection, { wireNumber });
      await addForMembers.run(connection, { wireNumber, hostsGroupId });
    },
    async addForMembers(hostsGroupId: number, hostIds: readonly number[]) {
      await runOnce(
        connection,
        sql`insert into pending (host_id, wire_number)
          select hosts.id, commands.id from commands_groups
            join commands on commands.commands_group_id = commands_groups.id
            join hosts on hosts.id in ${listOf(connection.kind, hostIds)}
          where commands_groups.hosts_group_id = ${hostsGroupId} and not exists (
            select 1 from runs where runs.host_id = hosts.id and runs.wire_number = commands.id
              and runs.state <> 'queued')
          on conflict do nothing`,
      );
    },
    async removeForMembers(hostsGroupId: number, hostIds: readonly number[]) {
      await runOnce(
        connection,
        sql`delete from pending where host_id in ${listOf(connection.kind, hostIds)} and wire_number in (
          select commands.id from commands_groups
            join commands on commands.commands_group_id = commands_groups.id
          where commands_groups.hosts_group_id = ${hostsGroupId})`,
      );
    },
    async waitingHostIds(wireNumbers: readonly number[]) {
      if (wireNumbers.length === 0) return [];
      const rows = await sqlOnce<{ hostId: number }>(
        connection,
        sql`select distinct host_id as "hostId" from pending
          where wire_number in ${listOf(connection.kind, wireNumbers)}`,
      );
      return rows.map(({ hostId }) => hostId);
    },
    hostIds: (wireNumbers: readonly number[]) => hostIds(connection, wireNumbers, { isSealed: false }),
    sealedHostIds: (wireNumbers: readonly number[]) => hostIds(connection, wireNumbers, { isSealed: true }),
  });
}

async function hostIds(
  connection: Connection,
  wireNumbers: readonly number[],
  { isSealed }: { isSealed: boolean },
): Promise<number[]> {
  if (wireNumbers.length === 0) return [];
  const rows = await builtOnce(connection, (db) => {
    const query = db
      .selectFrom('pending')
      .innerJoin('hosts', 'hosts.id', 'pending.host_id')
      .select('hosts.id')
      .distinct()
      .where('pending.wire_number', 'in', wireNumbers)
      .where('hosts.state', '=', 'verified')
      .orderBy('hosts.id');
    return isSealed ? query.where('hosts.channel_key', 'is not', null) : query;
  });
  return rows.map((row) => row.id);
}
