import type { ValueView, variablesRoutes } from '@remotes/protocol/operators/variables';
import { isDeclined } from '../administration-refusal.ts';
import type { ApiAsk, ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import type { Tables, VariableValue } from '../ports.ts';
import { valueVersion } from '../variable-change.ts';
import { hostInReach } from './hosts-pages.ts';
import { rowsWanted } from './list-page.ts';
import { momentText } from './moment-text.ts';

type Names = Extract<keyof typeof variablesRoutes, `values_${string}`>;

/** The values that variables have for one host. */
export const valuesDeeds: ApiDeeds<Names> = {
  async values_list({ mind, actor, params, query }) {
    const { tables } = mind.storage;
    if (!(await hostInReach(tables, actor, params.id))) return notFound(`host ${params.id}`);
    const after = readCursor(query.cursor, ['number']);
    if (isProblem(after)) return after;
    const rows = await tables.variables.valuesPage({
      hostId: params.id,
      afterId: after?.[0] ?? 0,
      limit: rowsWanted(query),
    });
    const { items, next } = pageFrom(rows, query.limit, ({ variableId }) => [variableId]);
    return { answer: { items: await viewValues(tables, items), next } };
  },
  async values_set(ask) {
    const done = await changeValue(ask, ask.body.value);
    if (isDeclined(done)) return done;
    const { tables } = ask.mind.storage;
    const value = await tables.variables.valueAt(ask.params.variable, ask.params.id);
    const [view] = value ? await viewValues(tables, [value]) : [];
    return view ? { answer: view, version: valueVersion(value) } : notFound('such value any more');
  },
  async values_remove(ask) {
    const done = await changeValue(ask, null);
    return isDeclined(done) ? done : { answer: undefined };
  },
  async values_history({ mind, actor, params, query }) {
    const { tables } = mind.storage;
    if (!(await hostInReach(tables, actor, params.id))) return notFound(`host ${params.id}`);
    const before = readCursor(query.cursor, ['number']);
    if (isProblem(before)) return before;
    const rows = await tables.variables.history({
      hostId: params.id,
      variableId: params.variable,
      beforeId: before?.[0] ?? Number.MAX_SAFE_INTEGER,
      limit: rowsWanted(query),
    });
    const { items, next } = pageFrom(rows, query.limit, ({ id }) => [id]);
    return {
      answer: {
        items: items.map((former) => ({
          value: former.value,
          set_at: momentText(former.setAt),
          set_by: former.setBy,
          replaced_at: momentText(former.replacedAt),
          replaced_by: former.replacedBy,
        })),
        next,
      },
    };
  },
};

function changeValue(
  { mind, actor, author, params, wantedVersion }: ApiAsk<'values_set'> | ApiAsk<'values_remove'>,
  value: string | null,
) {
  return mind.storage.decide('setValue', {
    hostId: params.id,
    variableId: params.variable,
    value,
    wantedVersion: wantedVersion ?? null,
    now: mind.clock(),
    by: author,
    within: actor.hostsGroupIds,
  });
}

async function viewValues(tables: Tables, values: readonly VariableValue[]): Promise<ValueView[]> {
  const variables = new Map((await tables.variables.list()).map((variable) => [variable.id, variable]));
  return values.flatMap(({ variableId, value, setAt, setBy }) => {
    const variable = variables.get(variableId);
    return variable ? [{ variable, value, set_at: momentText(setAt), set_by: setBy }] : [];
  });
}
