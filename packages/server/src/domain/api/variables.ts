import type { VariableView, variablesRoutes } from '@remotes/protocol/operators/variables';
import { isDeclined } from '../administration-refusal.ts';
import { currentDefinitions } from '../definitions.ts';
import { variableKey } from '../fleet-steps.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { isProblem } from '../operators/problem.ts';
import { reaches } from '../operators/rights.ts';
import type { Scope, Tables } from '../ports.ts';
import { variableIdsSeen } from '../variable-change.ts';
import { pageOfAll } from './list-page.ts';
import { refusalOfNarrowed } from './narrowed.ts';
import { holdsText } from './text-search.ts';

type Names = Extract<
  keyof typeof variablesRoutes,
  'variables_list' | 'variables_create' | 'variables_remove'
>;

/** Variables by name; their values are another matter. */
export const variablesDeeds: ApiDeeds<Names> = {
  async variables_list({ mind, actor, query }) {
    const seen = await variablesSeen(mind.storage.tables, actor.hostsGroupIds, query.q);
    const page = pageOfAll(seen, query, ['text', 'text'], ({ category, name }) => [category, name]);
    return isProblem(page) ? page : { answer: { items: [...page.items], next: page.next } };
  },
  async variables_create({ mind, actor, author, body }) {
    const narrowed = refusalOfNarrowed(actor, 'make a variable');
    if (narrowed) return narrowed;
    const made = await mind.storage.decide('createVariable', { ...body, now: mind.clock(), by: author });
    if (isDeclined(made)) return made;
    return { answer: { ...made, read_by: [], saved_by: [] }, location: `/api/v2/variables/${made.id}` };
  },
  async variables_remove({ mind, actor, author, params }) {
    const narrowed = refusalOfNarrowed(actor, 'remove a variable');
    if (narrowed) return narrowed;
    const done = await mind.storage.decide('removeVariable', {
      id: params.id,
      now: mind.clock(),
      by: author,
    });
    return isDeclined(done) ? done : { answer: undefined };
  },
};

/** The variables that exist for somebody, by category and name. */
export async function variablesSeen(
  tables: Tables,
  scope: Scope,
  namePart: string | undefined,
): Promise<VariableView[]> {
  const definitions = await currentDefinitions(tables);
  const seen = await variableIdsSeen(tables, definitions, scope);
  const commands = [...definitions.commands.values()].filter(({ hostsGroupId }) =>
    reaches({ hostsGroupIds: scope }, [hostsGroupId]),
  );
  const readers = usersOf(commands, ({ variables }) => variables.map(({ variableId }) => variableId));
  const savers = usersOf(commands, ({ outputVariables }) => outputVariables);
  return (await tables.variables.list())
    .filter((variable) => (seen?.has(variable.id) ?? true) && holdsText(variableKey(variable), namePart))
    .map((variable) => ({
      ...variable,
      read_by: readers.get(variable.id) ?? [],
      saved_by: savers.get(variable.id) ?? [],
    }));
}

function usersOf<Command extends { readonly id: number }>(
  commands: readonly Command[],
  variablesOf: (command: Command) => readonly number[],
): Map<number, number[]> {
  const users = new Map<number, number[]>();
  for (const command of commands) {
    for (const variableId of new Set(variablesOf(command))) {
      users.set(variableId, [...(users.get(variableId) ?? []), command.id]);
    }
  }
  return users;
}
