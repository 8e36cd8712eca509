import { type Static, Type } from 'typebox';
import { FleetHostsGroup } from '../values/fleet-file.ts';
import { agreement, changeMembers } from './changes.ts';
import { about, nullable } from './forms.ts';
import { HostsChanged, HostsMeant } from './hosts.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

export const HostsGroupView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  is_active: Type.Boolean(),
  hosts: about('How many belong to it.', Type.Integer()),
});
export type HostsGroupView = Static<typeof HostsGroupView>;

/** The group as it is after the change; null where there is none. */
const HostsGroupChanged = Type.Object({ ...changeMembers, hosts_group: nullable(HostsGroupView) });

const { name } = FleetHostsGroup.properties;
const HostsToMove = Type.Object({ ...HostsMeant, ...agreement });

/** Hosts groups: named sets of hosts. */
export const hostsGroupsRoutes = {
  hosts_groups_list: {
    method: 'GET',
    path: '/api/v2/hosts-groups',
    access: 'viewer',
    summary: 'List hosts groups by name',
    query: Type.Object({
      ...pageQuery,
      q: about(
        'A part of the name, whatever the case of its letters.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ),
    }),
    success: 200,
    answer: pageOf(HostsGroupView),
  },
  hosts_groups_create: {
    method: 'POST',
    path: '/api/v2/hosts-groups',
    access: 'admin',
    summary: 'Make a hosts group',
    body: Type.Object({ name, is_active: Type.Optional(Type.Boolean()), ...agreement }),
    success: 201,
    answer: HostsGroupChanged,
    isCreating: true,
  },
  hosts_groups_show: {
    method: 'GET',
    path: '/api/v2/hosts-groups/{id}',
    access: 'viewer',
    summary: 'Show a hosts group',
    params: numberedPath,
    success: 200,
    answer: HostsGroupView,
    version: 'shown',
  },
  hosts_groups_change: {
    method: 'PATCH',
    path: '/api/v2/hosts-groups/{id}',
    access: 'admin',
    summary: 'Rename a hosts group, or switch it on or off',
    params: numberedPath,
    body: Type.Object({
      name: Type.Optional(name),
      is_active: Type.Optional(Type.Boolean()),
      ...agreement,
    }),
    success: 200,
    answer: HostsGroupChanged,
    version: 'wanted',
  },
  hosts_groups_remove: {
    method: 'DELETE',
    path: '/api/v2/hosts-groups/{id}',
    access: 'admin',
    summary: 'Remove a hosts group that no commands group is meant for; its hosts stay',
    params: numberedPath,
    query: Type.Object({ dry_run: agreement.dry_run }),
    success: 200,
    answer: HostsGroupChanged,
    version: 'wanted',
  },
  hosts_groups_add_hosts: {
    method: 'POST',
    path: '/api/v2/hosts-groups/{id}/add-hosts',
    access: 'admin',
    summary: 'Put hosts into a hosts group: they run the commands that are meant for it',
    params: numberedPath,
    body: HostsToMove,
    success: 200,
    answer: HostsChanged,
  },
  hosts_groups_remove_hosts: {
    method: 'POST',
    path: '/api/v2/hosts-groups/{id}/remove-hosts',
    access: 'admin',
    summary: 'Take hosts out of a hosts group, and from them what they have not run yet',
    params: numberedPath,
    body: HostsToMove,
    success: 200,
    answer: HostsChanged,
  },
} as const satisfies Record<string, ApiRoute>;
