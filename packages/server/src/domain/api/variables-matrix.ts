import type { variablesRoutes } from '@remotes/protocol/operators/variables';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem } from '../operators/problem.ts';
import type { ValuesPlace } from '../ports.ts';
import { rowsWanted } from './list-page.ts';
import { variablesSeen } from './variables.ts';

/** More columns than this nobody looks at. */
const mostVariables = 100;

export const variablesMatrixDeeds: ApiDeeds<Extract<keyof typeof variablesRoutes, 'variables_matrix'>> = {
  async variables_matrix({ mind, actor, query }) {
    const { tables } = mind.storage;
    const after = readCursor(query.cursor, ['text']);
    if (isProblem(after)) return after;
    const seen = await variablesSeen(tables, actor.hostsGroupIds, query.q);
    const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
    const variables = seen
      .toSorted((one, other) => compare(one.category, other.category) || compare(one.name, other.name))
      .slice(0, mostVariables);
    const ids = variables.map(({ id }) => id);
    const place: ValuesPlace = {
      within: actor.hostsGroupIds,
      ...(query.hosts_group !== undefined && { hostsGroupId: query.hosts_group }),
    };
    const hosts = await tables.hosts.page({
      ...place,
      limit: rowsWanted(query),
      now: mind.clock(),
      ...(after !== undefined && { afterName: after[0] }),
    });
    const { items, next } = pageFrom(hosts, query.limit, ({ name }) => [name]);
    const values = await tables.variables.valuesAt(
      items.map(({ id }) => id),
      ids,
    );
    const byHost = Map.groupBy(values, ({ hostId }) => hostId);
    const usual = query.diff === true ? mostHave(await tables.variables.countValues(ids, place)) : undefined;
    return {
      answer: {
        variables: variables.map(({ id, category, name }) => ({ id, category, name })),
        has_more_variables: seen.length > variables.length,
        items: items.map(({ id, name }) => ({
          host: { id, name },
          values: (byHost.get(id) ?? []).map(({ variableId, value }) => ({
            variable_id: variableId,
            value,
            ...(usual && { differs: usual.get(variableId) !== value }),
          })),
        })),
        next,
      },
    };
  },
};

type Counted = { readonly variableId: number; readonly value: string; readonly hosts: number };

/** The value that most hosts have, of each variable; of several the first by its text, so that marks stay the same. */
function mostHave(counts: readonly Counted[]): Map<number, string> {
  const most = new Map<number, Counted>();
  for (const counted of counts) {
    const known = most.get(counted.variableId);
    const isMore = known === undefined || counted.hosts > known.hosts;
    const isAsMany = known?.hosts === counted.hosts && counted.value < known.value;
    if (isMore || isAsMany) most.set(counted.variableId, counted);
  }
  return new Map([...most].map(([id, { value }]) => [id, value]));
}
