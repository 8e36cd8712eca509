import type { JobState } from '@remotes/protocol/values/job';
import { sql } from 'kysely';
import type { JobFilter, Scope } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce } from '../prepared.ts';
import { jobColumns, type StoredJob } from './jobs-columns.ts';

/** The newest that the filter lets through. */
export function listJobs(
  connection: Connection,
  { kind, state, commandId, parentId, before, scope, limit }: JobFilter,
): Promise<StoredJob[]> {
  return builtOnce(connection, (db) => {
    let query = db
      .selectFrom('jobs')
      .select(jobColumns)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (state !== undefined) query = query.where(mayBeSeen(state, scope));
    if (parentId !== undefined) query = query.where('parent_id', '=', parentId);
    if (commandId !== undefined) {
      query = query.where(({ or, eb }) =>
        or([eb('of_command_id', '=', commandId), eb('command_id', '=', commandId)]),
      );
    }
    if (before) {
      query = query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('created_at', 'id'), '<', tuple(before.createdAt, before.id)),
      );
    }
    if (scope) query = query.where(isWithin(scope));
    return query;
  });
}

/** What is written down is the job's state as a whole, a moment late; with narrowed rights it may be over before that, or later. */
function mayBeSeen(state: JobState, scope: Scope) {
  if (state === 'ended') return scope ? sql<boolean>`true` : sql<boolean>`state in ('open', 'ended')`;
  if (state === 'open' && scope) return sql<boolean>`ended_at is null`;
  return sql<boolean>`state = ${state}`;
}

/** A job of which some run is on a host of these groups, and a command that is meant for one of them. */
function isWithin(scope: readonly number[]) {
  const ids = scope.length === 0 ? sql`null` : sql.join(scope);
  return sql<boolean>`(
    exists (select 1 from hosts_group_members member
      join runs on runs.wire_number = jobs.wire_number and runs.host_id = member.host_id
      where member.hosts_group_id in (${ids}))
    or exists (select 1 from commands join commands_groups on commands_groups.id = commands.commands_group_id
      where commands.id = jobs.command_id and commands_groups.hosts_group_id in (${ids})))`;
}
