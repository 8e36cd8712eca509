import type { commandsRoutes } from '@remotes/protocol/operators/commands';
import { isDeclined } from '../administration-refusal.ts';
import type { CommandChange } from '../fleet-edit.ts';
import { commandVersion } from '../fleet-edit-versions.ts';
import type { ApiAsk, ApiDeeds } from '../operators/api-ask.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import type { Scope, Tables } from '../ports.ts';
import { readCommands } from './command-view.ts';
import { changeAnswer, editFleet } from './fleet-edits.ts';
import { pageOfAll } from './list-page.ts';
import { holdsText } from './text-search.ts';

type Names = Exclude<
  keyof typeof commandsRoutes,
  'commands_revisions' | 'commands_revision' | 'commands_diff'
>;

/** Commands: they belong to whoever has rights on the hosts group that their commands group is meant for. */
export const commandsDeeds: ApiDeeds<Names> = {
  async commands_list({ mind, actor, query }) {
    const reader = await readCommands(mind.storage.tables, actor.hostsGroupIds);
    const meant = reader.commands.filter(
      ({ name, commandsGroupId }) =>
        holdsText(name, query.q) &&
        (query.name === undefined || query.name === name) &&
        (query.commands_group === undefined || query.commands_group === commandsGroupId),
    );
    const page = pageOfAll(meant, query, ['text', 'number'], ({ name, id }) => [name, id]);
    return isProblem(page) ? page : { answer: { items: page.items.map(reader.view), next: page.next } };
  },
  async commands_show({ mind, actor, params }) {
    const found = await viewCommand(mind.storage.tables, actor.hostsGroupIds, params.id);
    return found ?? notFound(`command ${params.id}`);
  },
  async commands_create(ask) {
    const edit = { kind: 'command', id: null, change: changeOf(ask.body) } as const;
    const done = await editFleet(ask, edit, ask.body);
    if (isDeclined(done)) return done;
    const found = done.id === null ? undefined : await viewCommand(ask.mind.storage.tables, null, done.id);
    return {
      answer: { ...changeAnswer(done, ask.body), command: found?.answer ?? null },
      ...(found && { version: found.version, location: `/api/v2/commands/${done.id}` }),
    };
  },
  async commands_change(ask) {
    const edit = { kind: 'command', id: ask.params.id, change: changeOf(ask.body) } as const;
    const done = await editFleet(ask, edit, ask.body);
    if (isDeclined(done)) return done;
    const found = await viewCommand(ask.mind.storage.tables, null, ask.params.id);
    return {
      answer: { ...changeAnswer(done, ask.body), command: found?.answer ?? null },
      ...(found && { version: found.version }),
    };
  },
  async commands_remove(ask) {
    const done = await editFleet(ask, { isRemoval: true, kind: 'command', id: ask.params.id }, ask.query);
    return isDeclined(done) ? done : { answer: { ...changeAnswer(done, ask.query), command: null } };
  },
};

function changeOf(said: ApiAsk<'commands_change'>['body']): CommandChange {
  return {
    ...(said.commands_group !== undefined && { commandsGroupId: said.commands_group }),
    ...(said.name !== undefined && { name: said.name }),
    ...(said.description !== undefined && { description: said.description }),
    ...(said.order !== undefined && { position: said.order }),
    ...(said.is_active !== undefined && { isActive: said.is_active }),
    ...(said.interpreter !== undefined && { interpreter: said.interpreter }),
    ...(said.timeout_seconds !== undefined && { timeoutSeconds: said.timeout_seconds }),
    ...(said.attempts !== undefined && { attempts: said.attempts }),
    ...(said.program !== undefined && { program: said.program }),
    ...(said.settings !== undefined && { settings: said.settings }),
    ...(said.variables !== undefined && { variables: said.variables }),
    ...(said.output_variables !== undefined && { outputVariables: said.output_variables }),
  };
}

async function viewCommand(tables: Tables, scope: Scope, id: number) {
  const reader = await readCommands(tables, scope);
  const command = reader.commands.find((each) => each.id === id);
  return command && { answer: reader.detail(command), version: commandVersion(command) };
}
