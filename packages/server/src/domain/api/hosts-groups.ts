import type { HostsGroupView, hostsGroupsRoutes } from '@remotes/protocol/operators/hosts-groups';
import { isDeclined } from '../administration-refusal.ts';
import { hostsGroupVersion } from '../fleet-edit-versions.ts';
import type { GroupingRequest } from '../hosts-group-change.ts';
import type { ApiAsk, ApiDeed, ApiDeeds } from '../operators/api-ask.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import type { HostsGroup, Scope, Tables } from '../ports.ts';
import { changeAnswer, editFleet } from './fleet-edits.ts';
import { hostsChanged } from './hosts-changes.ts';
import { hostsMeant } from './hosts-meant.ts';
import { pageOfAll } from './list-page.ts';
import { holdsText } from './text-search.ts';

/**
 * Hosts groups. Narrowed admins change those of their rights, and what belongs to them; groups are made and removed by
 * accounts that are not narrowed.
 */
export const hostsGroupsDeeds: ApiDeeds<keyof typeof hostsGroupsRoutes> = {
  async hosts_groups_list({ mind, actor, query }) {
    const { tables } = mind.storage;
    const seen = (await groupsSeen(tables, actor.hostsGroupIds)).filter(({ name }) =>
      holdsText(name, query.q),
    );
    const page = pageOfAll(seen, query, ['text'], ({ name }) => [name]);
    if (isProblem(page)) return page;
    return { answer: { items: await viewGroups(tables, page.items), next: page.next } };
  },
  async hosts_groups_show({ mind, actor, params }) {
    const found = await viewGroup(mind.storage.tables, actor.hostsGroupIds, params.id);
    return found ?? notFound(`hosts group ${params.id}`);
  },
  async hosts_groups_create(ask) {
    const { name, is_active: isActive, ...agreement } = ask.body;
    const change = { name, ...(isActive !== undefined && { isActive }) };
    const done = await editFleet(ask, { kind: 'hosts_group', id: null, change }, agreement);
    if (isDeclined(done)) return done;
    const found = done.id === null ? undefined : await viewGroup(ask.mind.storage.tables, null, done.id);
    return {
      answer: { ...changeAnswer(done, agreement), hosts_group: found?.answer ?? null },
      ...(found && { version: found.version, location: `/api/v2/hosts-groups/${done.id}` }),
    };
  },
  async hosts_groups_change(ask) {
    const { name, is_active: isActive, ...agreement } = ask.body;
    const change = { ...(name !== undefined && { name }), ...(isActive !== undefined && { isActive }) };
    const done = await editFleet(ask, { kind: 'hosts_group', id: ask.params.id, change }, agreement);
    if (isDeclined(done)) return done;
    const found = await viewGroup(ask.mind.storage.tables, null, ask.params.id);
    return {
      answer: { ...changeAnswer(done, agreement), hosts_group: found?.answer ?? null },
      ...(found && { version: found.version }),
    };
  },
  async hosts_groups_remove(ask) {
    const done = await editFleet(ask, { isRemoval: true, kind: 'hosts_group', id: ask.params.id }, ask.query);
    return isDeclined(done) ? done : { answer: { ...changeAnswer(done, ask.query), hosts_group: null } };
  },
  hosts_groups_add_hosts: (ask) => moveHosts(ask, 'group'),
  hosts_groups_remove_hosts: (ask) => moveHosts(ask, 'ungroup'),
};

async function moveHosts(
  { mind, actor, author, params, body }: ApiAsk<'hosts_groups_add_hosts'>,
  deed: GroupingRequest['deed'],
): ReturnType<ApiDeed<'hosts_groups_add_hosts'>> {
  const { tables } = mind.storage;
  const within = actor.hostsGroupIds;
  const group = (await groupsSeen(tables, within)).find(({ id }) => id === params.id);
  if (!group) return notFound(`hosts group ${params.id}`);
  if (body.where !== undefined) await mind.presence.settle();
  const meant = await hostsMeant(tables, within, body, mind.clock());
  if (isProblem(meant) || isDeclined(meant)) return meant;
  const isDryRun = body.dry_run === true;
  const done = await mind.storage.decide('groupHosts', {
    hostsGroup: group.name,
    hosts: meant.references,
    deed,
    agreedHosts: body.yes ?? null,
    areSelected: meant.areSelected,
    isDryRun,
    now: mind.clock(),
    by: author,
    within,
  });
  return isDeclined(done) ? done : { answer: hostsChanged(done, isDryRun) };
}

/** The hosts groups that exist for somebody. */
export async function groupsSeen(tables: Tables, scope: Scope): Promise<HostsGroup[]> {
  const groups = await tables.hostsGroups.list();
  return scope === null ? groups : groups.filter(({ id }) => scope.includes(id));
}

async function viewGroup(tables: Tables, scope: Scope, id: number) {
  const group = (await groupsSeen(tables, scope)).find((each) => each.id === id);
  if (!group) return undefined;
  const [answer] = await viewGroups(tables, [group]);
  return { answer: answer!, version: hostsGroupVersion(group) };
}

async function viewGroups(tables: Tables, groups: readonly HostsGroup[]): Promise<HostsGroupView[]> {
  const counts = new Map(
    (await tables.hostsGroups.countMembers()).map(({ hostsGroupId, hosts }) => [hostsGroupId, hosts]),
  );
  return groups.map(({ id, name, isActive }) => ({
    id,
    name,
    is_active: isActive,
    hosts: counts.get(id) ?? 0,
  }));
}
