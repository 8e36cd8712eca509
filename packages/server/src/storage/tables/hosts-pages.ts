import type { HostState } from '@remotes/protocol/values/host';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { writtenLateMs } from '../../domain/hosts-reading.ts';
import type { HostsPage } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce } from '../prepared.ts';
import type { Schema } from '../schema.ts';
import { hostColumns } from './hosts-columns.ts';
import { listOf } from './id-list.ts';

/** Hosts by name, which is unique: a page goes on where the one before ended, however many there are. */
export function hostsPage(connection: Connection, page: HostsPage) {
  const { namePart, state, presence, hostsGroupId, ids, within, afterName, limit, now } = page;
  return builtOnce(connection, (db) => {
    let query = db.selectFrom('hosts').select(hostColumns).orderBy('name').limit(limit);
    if (afterName !== undefined) query = query.where('name', '>', afterName);
    if (namePart !== undefined) query = query.where(contains(sql.ref('hosts.name'), namePart));
    if (state !== undefined) query = query.where('state', '=', state);
    if (hostsGroupId !== undefined) query = query.where((build) => isIn(build, [hostsGroupId]));
    if (ids !== undefined) query = query.where(sql<SqlBool>`hosts.id in ${listOf(connection.kind, ids)}`);
    if (within !== null) query = query.where((build) => isIn(build, within));
    if (presence === 'never') query = query.where('last_seen_at', 'is', null);
    if (presence === 'away') query = query.where(isAway(now));
    if (presence === 'online')
      query = query.where('last_seen_at', 'is not', null).where(sql<SqlBool>`not ${isAway(now)}`);
    return query;
  });
}

/** How many hosts there are of each state, and how many of the verified ones are away. */
export async function countHosts(
  connection: Connection,
  within: readonly number[] | null,
  now: number,
): Promise<Record<HostState | 'away', number>> {
  const rows = await builtOnce(connection, (db) => {
    const query = db
      .selectFrom('hosts')
      .select(({ fn }) => [
        'state',
        fn.countAll<number>().as('hosts'),
        sql<number>`sum(case when ${isAway(now)} then 1 else 0 end)`.as('away'),
      ])
      .groupBy('state');
    return within === null ? query : query.where((build) => isIn(build, within));
  });
  const counts = { registered: 0, pending: 0, verified: 0, disabled: 0, away: 0 };
  for (const { state, hosts, away } of rows) {
    counts[state] = hosts;
    if (state === 'verified') counts.away = Number(away);
  }
  return counts;
}

/** Whether a text holds another one, whatever the case of its letters (as far as the database knows letters). */
function contains(text: Expression<string>, part: string): Expression<SqlBool> {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  return sql<SqlBool>`lower(${text}) like lower(${pattern}) escape '\\'`;
}

function isIn(build: ExpressionBuilder<Schema, 'hosts'>, groupIds: readonly number[]): Expression<SqlBool> {
  if (groupIds.length === 0) return sql<SqlBool>`1 = 0`;
  return build.exists(
    build
      .selectFrom('hosts_group_members as member')
      .select('member.host_id')
      .whereRef('member.host_id', '=', 'hosts.id')
      .where('member.hosts_group_id', 'in', groupIds),
  );
}

/** As `presenceOf` judges it. */
export function isAway(now: number): Expression<SqlBool> {
  return sql<SqlBool>`(usual_interval_ms is not null and last_seen_at is not null
    and last_seen_at + 3 * usual_interval_ms < ${now - writtenLateMs})`;
}
