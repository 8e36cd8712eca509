import type { ValuesPlace, VariablesTable, VariableValue } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { builtOnce, type Prepared, prepared } from '../prepared.ts';
import {
  countValues,
  valueHistory,
  valuesAt,
  valuesOfHostPage,
  variableIdsOnHosts,
} from './variables-pages.ts';

type Place = { variableId: number; hostId: number };
type Former = { value: string; setAt: number; setBy: string };

const list = prepared((db) => db.selectFrom('variables').select(['id', 'category', 'name']).orderBy('id'));
const add = prepared((db, given: { category: string; name: string }) =>
  db.insertInto('variables').values({ category: given.category, name: given.name }).returning('id'),
);
const remove = prepared((db, given: { id: number }) => db.deleteFrom('variables').where('id', '=', given.id));

const values = prepared((db) =>
  db
    .selectFrom('variable_values')
    .select(['variable_id as variableId', 'host_id as hostId', 'value', 'set_at as setAt', 'set_by as setBy'])
    .orderBy('variable_id')
    .orderBy('host_id'),
);
const valueAt = prepared((db, given: Place) =>
  db
    .selectFrom('variable_values')
    .select(['value', 'set_at as setAt', 'set_by as setBy'])
    .where('host_id', '=', given.hostId)
    .where('variable_id', '=', given.variableId),
);
const put = prepared((db, given: VariableValue) => {
  const said = { value: given.value, set_at: given.setAt, set_by: given.setBy };
  return db
    .insertInto('variable_values')
    .values({ host_id: given.hostId, variable_id: given.variableId, ...said })
    .onConflict((conflict) => conflict.columns(['host_id', 'variable_id']).doUpdateSet(said));
});
const removeAt = prepared((db, given: Place) =>
  db
    .deleteFrom('variable_values')
    .where('host_id', '=', given.hostId)
    .where('variable_id', '=', given.variableId),
);
const remember = prepared((db, given: VariableValue & { replacedAt: number; replacedBy: string }) =>
  db.insertInto('variable_value_history').values({
    host_id: given.hostId,
    variable_id: given.variableId,
    value: given.value,
    set_at: given.setAt,
    set_by: given.setBy,
    replaced_at: given.replacedAt,
    replaced_by: given.replacedBy,
  }),
);

export function variablesTable(connection: Connection): VariablesTable {
  const keep = async (place: Place, former: Former | undefined, replacedAt: number, replacedBy: string) => {
    if (former) await remember.run(connection, { ...place, ...former, replacedAt, replacedBy });
  };
  return Object.freeze({
    list: () => list.all(connection, {}),
    async add(category: string, name: string) {
      const added = await add.first(connection, { category, name });
      if (!added) throw new Error('A variable that was added is not there.');
      return { id: added.id, category, name };
    },
    async remove(id: number) {
      await remove.run(connection, { id });
    },
    async valuesOfHost(hostId: number, variableIds: readonly number[]) {
      if (variableIds.length === 0) return [];
      return valuesOf(variableIds.length).all(connection, { hostId, ...variableIds });
    },
    values: () => values.all(connection, {}),
    async valueAt(variableId: number, hostId: number) {
      const found = await valueAt.first(connection, { variableId, hostId });
      return found && { variableId, hostId, ...found };
    },
    valuesPage: (page: Parameters<VariablesTable['valuesPage']>[0]) => valuesOfHostPage(connection, page),
    history: (page: Parameters<VariablesTable['history']>[0]) => valueHistory(connection, page),
    valuesAt: (hostIds: readonly number[], variableIds: readonly number[]) =>
      valuesAt(connection, hostIds, variableIds),
    countValues: (variableIds: readonly number[], place: ValuesPlace) =>
      countValues(connection, variableIds, place),
    idsOnHosts: (hostsGroupIds: readonly number[]) => variableIdsOnHosts(connection, hostsGroupIds),
    async valuesOf(variableIds: readonly number[]) {
      if (variableIds.length === 0) return [];
      return builtOnce(connection, (db) =>
        db
          .selectFrom('variable_values')
          .select(['variable_id as variableId', 'host_id as hostId', 'value'])
          .where('variable_id', 'in', variableIds),
      );
    },
    async setValue(value: VariableValue) {
      const { variableId, hostId } = value;
      const former = await valueAt.first(connection, { variableId, hostId });
      if (former?.value === value.value) return;
      await keep({ variableId, hostId }, former, value.setAt, value.setBy);
      await put.run(connection, value);
    },
    async removeValue(variableId: number, hostId: number, at: number, by: string) {
      const place = { variableId, hostId };
      await keep(place, await valueAt.first(connection, place), at, by);
      await removeAt.run(connection, place);
    },
  });
}

type Wanted = { hostId: number; [position: number]: number };
type HostValue = { variableId: number; value: string };

/** A command reads a handful of variables: one statement is kept for each number of them. */
const valuesByCount: Prepared<Wanted, HostValue>[] = [];

function valuesOf(count: number): Prepared<Wanted, HostValue> {
  valuesByCount[count] ??= prepared((db, given: Wanted) =>
    db
      .selectFrom('variable_values')
      .select(['variable_id as variableId', 'value'])
      .where('host_id', '=', given.hostId)
      .where(
        'variable_id',
        'in',
        Array.from({ length: count }, (_, position) => given[position] as number),
      ),
  );
  return valuesByCount[count];
}
