import { sql } from 'kysely';
import type { HostInBrief, HostsInBrief } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { sqlOnce } from '../prepared.ts';
import { isSince } from './hosts-changes.ts';
import { listOf } from './id-list.ts';

type StoredHost = Omit<HostInBrief, 'isSealed'> & { isSealed: number };

/** Reads of many hosts what a selection looks at, by id. */
export async function hostsInBrief(
  connection: Connection,
  { ids, hostsGroupIds, scope, changedSince, page }: HostsInBrief,
): Promise<HostInBrief[]> {
  const inGroups = (groupIds: readonly number[]) =>
    sql`and exists (select 1 from hosts_group_members member
      where member.host_id = hosts.id and member.hosts_group_id in ${listOf(connection.kind, groupIds)})`;
  const rows = await sqlOnce<StoredHost>(
    connection,
    sql`select id, uuid, name, state, case when channel_key is null then 0 else 1 end as "isSealed", facts,
        last_seen_at as "lastSeenAt", usual_interval_ms as "usualIntervalMs"
      from hosts
      where true ${ids ? sql`and id in ${listOf(connection.kind, ids)}` : sql``}
        ${hostsGroupIds ? inGroups(hostsGroupIds) : sql``} ${scope ? inGroups(scope) : sql``}
        ${changedSince === undefined ? sql`` : isSince(connection, changedSince)}
        ${page ? sql`and id > ${page.afterId}` : sql``}
      order by id ${page ? sql`limit ${page.limit}` : sql``}`,
  );
  return rows.map((row) => ({ ...row, isSealed: row.isSealed === 1 }));
}
