import type { CommandsGroupView, commandsGroupsRoutes } from '@remotes/protocol/operators/commands-groups';
import { type AdministrationRefusal, decline, isDeclined } from '../administration-refusal.ts';
import { readDateTime } from '../fleet-date-time.ts';
import { commandsGroupVersion } from '../fleet-edit-versions.ts';
import type { ApiAsk, ApiDeeds } from '../operators/api-ask.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import type { CommandsGroup, Scope, Tables } from '../ports.ts';
import { changeAnswer, editFleet } from './fleet-edits.ts';
import { groupsSeen } from './hosts-groups.ts';
import { pageOfAll } from './list-page.ts';
import { maybeMomentText } from './moment-text.ts';

/** Commands groups: they belong to whoever has rights on the hosts group that they are meant for. */
export const commandsGroupsDeeds: ApiDeeds<keyof typeof commandsGroupsRoutes> = {
  async commands_groups_list({ mind, actor, query }) {
    const views = await viewCommandsGroups(mind.storage.tables, actor.hostsGroupIds);
    const meant = views.filter(
      ({ view }) => query.hosts_group === undefined || view.hosts_group.id === query.hosts_group,
    );
    const page = pageOfAll(meant, query, ['number', 'number'], ({ view }) => [view.order, view.id]);
    return isProblem(page)
      ? page
      : { answer: { items: page.items.map(({ view }) => view), next: page.next } };
  },
  async commands_groups_show({ mind, actor, params }) {
    const found = await viewCommandsGroup(mind.storage.tables, actor.hostsGroupIds, params.id);
    return found ?? notFound(`commands group ${params.id}`);
  },
  async commands_groups_create(ask) {
    const change = changeOf(ask.body);
    if (isDeclined(change)) return change;
    const done = await editFleet(ask, { kind: 'commands_group', id: null, change }, ask.body);
    if (isDeclined(done)) return done;
    const found =
      done.id === null ? undefined : await viewCommandsGroup(ask.mind.storage.tables, null, done.id);
    return {
      answer: { ...changeAnswer(done, ask.body), commands_group: found?.answer ?? null },
      ...(found && { version: found.version, location: `/api/v2/commands-groups/${done.id}` }),
    };
  },
  async commands_groups_change(ask) {
    const change = changeOf(ask.body);
    if (isDeclined(change)) return change;
    const done = await editFleet(ask, { kind: 'commands_group', id: ask.params.id, change }, ask.body);
    if (isDeclined(done)) return done;
    const found = await viewCommandsGroup(ask.mind.storage.tables, null, ask.params.id);
    return {
      answer: { ...changeAnswer(done, ask.body), commands_group: found?.answer ?? null },
      ...(found && { version: found.version }),
    };
  },
  async commands_groups_remove(ask) {
    const removal = { isRemoval: true, kind: 'commands_group', id: ask.params.id } as const;
    const done = await editFleet(ask, removal, ask.query);
    return isDeclined(done) ? done : { answer: { ...changeAnswer(done, ask.query), commands_group: null } };
  },
};

type Said = ApiAsk<'commands_groups_change'>['body'];

function changeOf(said: Said): Partial<Omit<CommandsGroup, 'id'>> | AdministrationRefusal {
  const afterAt = momentOf(said.after_at);
  const beforeAt = momentOf(said.before_at);
  if (isDeclined(afterAt)) return afterAt;
  if (isDeclined(beforeAt)) return beforeAt;
  return {
    ...(said.name !== undefined && { name: said.name }),
    ...(said.hosts_group !== undefined && { hostsGroupId: said.hosts_group }),
    ...(said.order !== undefined && { position: said.order }),
    ...(afterAt !== undefined && { afterAt }),
    ...(beforeAt !== undefined && { beforeAt }),
    ...(said.is_active !== undefined && { isActive: said.is_active }),
    ...(said.stop_on_failure !== undefined && { stopOnFailure: said.stop_on_failure }),
  };
}

function momentOf(text: string | null | undefined): number | null | undefined | AdministrationRefusal {
  if (text === null || text === undefined) return text;
  const at = readDateTime(text);
  return (
    at ??
    decline('unsuitable_value', `"${text}" is no moment that there is: write it like 2026-01-31T08:00:00Z.`)
  );
}

type Viewed = { readonly group: CommandsGroup; readonly view: CommandsGroupView };

/** The commands groups that exist for somebody. */
async function viewCommandsGroups(tables: Tables, scope: Scope): Promise<Viewed[]> {
  const hostsGroups = new Map((await groupsSeen(tables, scope)).map(({ id, name }) => [id, name]));
  const counts = new Map<number, number>();
  for (const { commandsGroupId } of await tables.commands.list()) {
    counts.set(commandsGroupId, (counts.get(commandsGroupId) ?? 0) + 1);
  }
  return (await tables.commandsGroups.list()).flatMap((group) => {
    const name = hostsGroups.get(group.hostsGroupId);
    if (name === undefined) return [];
    const view = {
      id: group.id,
      name: group.name,
      hosts_group: { id: group.hostsGroupId, name },
      order: group.position,
      after_at: maybeMomentText(group.afterAt),
      before_at: maybeMomentText(group.beforeAt),
      is_active: group.isActive,
      stop_on_failure: group.stopOnFailure,
      commands: counts.get(group.id) ?? 0,
    };
    return [{ group, view }];
  });
}

async function viewCommandsGroup(tables: Tables, scope: Scope, id: number) {
  const found = (await viewCommandsGroups(tables, scope)).find(({ group }) => group.id === id);
  return found && { answer: found.view, version: commandsGroupVersion(found.group) };
}
