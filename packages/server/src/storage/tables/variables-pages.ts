import { sql } from 'kysely';
import type { FormerValue, ValuesPlace, VariableValue } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce, prepared } from '../prepared.ts';

const valueColumns = [
  'variable_id as variableId',
  'host_id as hostId',
  'value',
  'set_at as setAt',
  'set_by as setBy',
] as const;

const ofHost = prepared((db, given: { hostId: number; afterId: number; limit: number }) =>
  db
    .selectFrom('variable_values')
    .select(valueColumns)
    .where('host_id', '=', given.hostId)
    .where('variable_id', '>', given.afterId)
    .orderBy('variable_id')
    .limit(given.limit),
);
const history = prepared(
  (db, given: { variableId: number; hostId: number; beforeId: number; limit: number }) =>
    db
      .selectFrom('variable_value_history')
      .select([
        'id',
        'value',
        'set_at as setAt',
        'set_by as setBy',
        'replaced_at as replacedAt',
        'replaced_by as replacedBy',
      ])
      .where('host_id', '=', given.hostId)
      .where('variable_id', '=', given.variableId)
      .where('id', '<', given.beforeId)
      .orderBy('id', 'desc')
      .limit(given.limit),
);

/** The values of one host, by variable. */
export function valuesOfHostPage(
  connection: Connection,
  page: { hostId: number; afterId: number; limit: number },
): Promise<VariableValue[]> {
  return ofHost.all(connection, page);
}

/** What a value was before, newest first. */
export function valueHistory(
  connection: Connection,
  page: { variableId: number; hostId: number; beforeId: number; limit: number },
): Promise<FormerValue[]> {
  return history.all(connection, page);
}

/** The values that these variables have for these hosts. */
export async function valuesAt(
  connection: Connection,
  hostIds: readonly number[],
  variableIds: readonly number[],
): Promise<VariableValue[]> {
  if (hostIds.length === 0 || variableIds.length === 0) return [];
  return builtOnce(connection, (db) =>
    db
      .selectFrom('variable_values')
      .select(valueColumns)
      .where('host_id', 'in', hostIds)
      .where('variable_id', 'in', variableIds)
      .orderBy('host_id')
      .orderBy('variable_id'),
  );
}

/** How many hosts of a place have each value of these variables. */
export async function countValues(
  connection: Connection,
  variableIds: readonly number[],
  { hostsGroupId, within }: ValuesPlace,
): Promise<{ variableId: number; value: string; hosts: number }[]> {
  if (variableIds.length === 0) return [];
  return builtOnce(connection, (db) => {
    let query = db
      .selectFrom('variable_values')
      .select(({ fn }) => ['variable_id as variableId', 'value', fn.countAll<number>().as('hosts')])
      .where('variable_id', 'in', variableIds)
      .groupBy(['variable_id', 'value']);
    for (const groupIds of [hostsGroupId === undefined ? null : [hostsGroupId], within]) {
      if (groupIds === null) continue;
      query = query.where('host_id', 'in', (inner) =>
        inner
          .selectFrom('hosts_group_members')
          .select('hosts_group_members.host_id')
          .where('hosts_group_id', 'in', groupIds.length === 0 ? [0] : groupIds),
      );
    }
    return query;
  });
}

/** The variables that have a value for a host of one of these groups. */
export async function variableIdsOnHosts(
  connection: Connection,
  groupIds: readonly number[],
): Promise<number[]> {
  if (groupIds.length === 0) return [];
  const rows = await builtOnce(connection, (db) =>
    db
      .selectFrom('variables')
      .select('variables.id')
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('variable_values')
            .innerJoin('hosts_group_members as member', 'member.host_id', 'variable_values.host_id')
            .select(sql<number>`1`.as('one'))
            .whereRef('variable_values.variable_id', '=', 'variables.id')
            .where('member.hosts_group_id', 'in', groupIds),
        ),
      ),
  );
  return rows.map(({ id }) => id);
}
