import type { RunState } from '@remotes/protocol/values/run';
import { sql } from 'kysely';
import type { EventPlace, EventsTable, StoredEvent } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { type Prepared, preparedSql } from '../prepared.ts';

type Span = { xid: string; number: number; upToXid: string; upToNumber: number };
type Bounds = { olderThan: number; most: number; limit: number };

const columns = sql`at, kind, job_id as "jobId", host_id as "hostId", run_id as "runId", state,
  former_state as "formerState", stream, chunk, name, hosts_group_ids as "hostsGroupIds"`;
/** Whoever is still at work may yet write something that comes before what began after him. */
const settled = sql`xid < pg_snapshot_xmin(pg_current_snapshot())`;

/** Those with numbers of transactions that are still to come were written elsewhere, and brought here by a dump. */
const pruneForeign = preparedSql(
  () => sql`delete from events where xid >= pg_snapshot_xmax(pg_current_snapshot())`,
);

/** On SQLite one writes at a time, so that numbers are in the order of commits. */
const sqlite = {
  after: preparedSql(
    (given: EventPlace & { limit: number }) => sql`
      select '0' as xid, number, ${columns} from events where number > ${given.number}
      order by number limit ${given.limit}`,
  ),
  newest: preparedSql(() => sql`select '0' as xid, max(number) as number from events`),
  oldest: preparedSql(() => sql`select '0' as xid, min(number) as number from events`),
  countRuns: preparedSql(
    (given: Span) => sql`
      select state, count(*) as runs from events
      where number > ${given.number} and number <= ${given.upToNumber} and kind = 'run' group by state`,
  ),
  prune: preparedSql(
    (given: Bounds) => sql`
      delete from events where number in (
        select number from (select number, at from events order by number limit ${given.limit})
        where (at < ${given.olderThan} or number <= (select max(number) from events) - ${given.most})
          and number < (select max(number) from events))`,
  ),
  clear: preparedSql(() => sql`delete from events`),
  begin: preparedSql(() => sql`insert into events (kind) values ('begin')`),
  hostIdsWithin: preparedSql(
    (given: { ids: string }) => sql`
      select distinct host_id as "hostId" from hosts_group_members
      where hosts_group_id in (select value from json_each(${given.ids}))`,
  ),
  isJobWithin: preparedSql((given: { jobId: string; ids: string }) =>
    isJobWithin(given, sql`(select value from json_each(${given.ids}))`),
  ),
};

const postgres = {
  after: preparedSql(
    (given: EventPlace & { limit: number }) => sql`
      select xid::text as xid, number, ${columns} from events
      where (xid, number) > (${given.xid}::xid8, ${given.number}::bigint) and ${settled}
      order by events.xid, number limit ${given.limit}`,
  ),
  /** Where nothing is settled yet, the oldest: before it nothing will ever come. */
  newest: preparedSql(
    () => sql`select xid::text as xid, number from (
        (select xid, number from events where ${settled} order by xid desc, number desc limit 1)
        union all (select xid, number from events order by xid, number limit 1)) as place
      order by place.xid desc, number desc limit 1`,
  ),
  oldest: preparedSql(
    () => sql`select xid::text as xid, number from events order by events.xid, number limit 1`,
  ),
  countRuns: preparedSql(
    (given: Span) => sql`
      select state, count(*) as runs from events
      where (xid, number) > (${given.xid}::xid8, ${given.number}::bigint)
        and (xid, number) <= (${given.upToXid}::xid8, ${given.upToNumber}::bigint)
        and kind = 'run' group by state`,
  ),
  prune: preparedSql(
    (given: Bounds) => sql`
      with newest as (select xid, number from events where ${settled} order by xid desc, number desc limit 1),
        oldest as (select xid, number, at from events where ${settled} order by xid, number limit ${given.limit})
      delete from events where (xid, number) in (
        select oldest.xid, oldest.number from oldest, newest
        where (oldest.at < ${given.olderThan} or oldest.number <= newest.number - ${given.most})
          and (oldest.xid, oldest.number) < (newest.xid, newest.number))`,
  ),
  clear: preparedSql(() => sql`delete from events`),
  begin: preparedSql(() => sql`insert into events (kind) values ('begin')`),
  hostIdsWithin: preparedSql(
    (given: { ids: string }) => sql`
      select distinct host_id as "hostId" from hosts_group_members
      where hosts_group_id in (select value::bigint from json_array_elements_text(${given.ids}::json))`,
  ),
  isJobWithin: preparedSql((given: { jobId: string; ids: string }) =>
    isJobWithin(given, sql`(select value::bigint from json_array_elements_text(${given.ids}::json))`),
  ),
};

const job = preparedSql(
  (given: { jobId: string }) => sql`select 1 as found from jobs where id = ${given.jobId}`,
);

const statements = { sqlite, postgres };

function isJobWithin({ jobId }: { jobId: string }, ids: ReturnType<typeof sql>) {
  return sql`
    select 1 as found from jobs where id = ${jobId} and (
      exists (select 1 from commands join commands_groups on commands_groups.id = commands.commands_group_id
        where commands.id = jobs.command_id and commands_groups.hosts_group_id in ${ids})
      or exists (select 1 from hosts_group_members as member where member.hosts_group_id in ${ids}
        and exists (select 1 from runs
          where runs.wire_number = jobs.wire_number and runs.host_id = member.host_id)))`;
}

export function eventsTable(connection: Connection): EventsTable {
  const { after, newest, oldest, countRuns, prune, clear, begin, hostIdsWithin, isJobWithin } =
    statements[connection.kind];
  const placeOf = async (query: Prepared<object, unknown>) => {
    const place = (await query.first(connection, {})) as EventPlace | undefined;
    return place?.number == null ? { xid: '0', number: 0 } : place;
  };
  return Object.freeze({
    async after(place: EventPlace, limit: number) {
      return (await after.all(connection, { ...place, limit })) as StoredEvent[];
    },
    newest: () => placeOf(newest),
    oldest: () => placeOf(oldest),
    async countRuns(after: EventPlace, upTo: EventPlace) {
      const span = { ...after, upToXid: upTo.xid, upToNumber: upTo.number };
      return (await countRuns.all(connection, span)) as { state: RunState; runs: number }[];
    },
    async prune(bounds: Bounds) {
      if (connection.kind === 'postgres') await pruneForeign.run(connection, {});
      return prune.run(connection, bounds);
    },
    async startAnew() {
      await clear.run(connection, {});
      await begin.run(connection, {});
    },
    async hostIdsWithin(hostsGroupIds: readonly number[]) {
      const rows = await hostIdsWithin.all(connection, { ids: JSON.stringify(hostsGroupIds) });
      return (rows as { hostId: number }[]).map(({ hostId }) => hostId);
    },
    async isJobWithin(jobId: string, hostsGroupIds: readonly number[] | null) {
      const found =
        hostsGroupIds === null
          ? await job.first(connection, { jobId })
          : await isJobWithin.first(connection, { jobId, ids: JSON.stringify(hostsGroupIds) });
      return found !== undefined;
    },
  });
}
