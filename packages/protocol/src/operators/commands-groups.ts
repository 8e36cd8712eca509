import { type Static, Type } from 'typebox';
import { FleetCommandsGroup } from '../values/fleet-file.ts';
import { agreement, changeMembers } from './changes.ts';
import { about, Id, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

export const CommandsGroupView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  hosts_group: about('Whose hosts run its commands, once each.', Named),
  order: about('Lower comes first.', Type.Integer()),
  after_at: about('Nothing is run until then, and from then on: both exclusive.', nullable(Moment)),
  before_at: nullable(Moment),
  is_active: Type.Boolean(),
  stop_on_failure: about(
    'Whether a host on which a command did not succeed is kept from the next ones.',
    Type.Boolean(),
  ),
  commands: Type.Integer(),
});
export type CommandsGroupView = Static<typeof CommandsGroupView>;

const CommandsGroupChanged = Type.Object({ ...changeMembers, commands_group: nullable(CommandsGroupView) });

const { name, order } = FleetCommandsGroup.properties;
const members = {
  order,
  after_at: Type.Optional(nullable(Moment)),
  before_at: Type.Optional(nullable(Moment)),
  is_active: Type.Optional(Type.Boolean()),
  stop_on_failure: Type.Optional(Type.Boolean()),
  ...agreement,
};

/** Commands groups: which hosts group their commands are for, and when. */
export const commandsGroupsRoutes = {
  commands_groups_list: {
    method: 'GET',
    path: '/api/v2/commands-groups',
    access: 'viewer',
    summary: 'List commands groups in their order',
    query: Type.Object({ ...pageQuery, hosts_group: Type.Optional(Id) }),
    success: 200,
    answer: pageOf(CommandsGroupView),
  },
  commands_groups_create: {
    method: 'POST',
    path: '/api/v2/commands-groups',
    access: 'operator',
    summary: 'Make a commands group; it comes last where no order is said',
    body: Type.Object({ name, hosts_group: Id, ...members }),
    success: 201,
    answer: CommandsGroupChanged,
    isCreating: true,
  },
  commands_groups_show: {
    method: 'GET',
    path: '/api/v2/commands-groups/{id}',
    access: 'viewer',
    summary: 'Show a commands group',
    params: numberedPath,
    success: 200,
    answer: CommandsGroupView,
    version: 'shown',
  },
  commands_groups_change: {
    method: 'PATCH',
    path: '/api/v2/commands-groups/{id}',
    access: 'operator',
    summary: 'Change a commands group; commands that become due because of it run',
    params: numberedPath,
    body: Type.Object({ name: Type.Optional(name), hosts_group: Type.Optional(Id), ...members }),
    success: 200,
    answer: CommandsGroupChanged,
    version: 'wanted',
  },
  commands_groups_remove: {
    method: 'DELETE',
    path: '/api/v2/commands-groups/{id}',
    access: 'operator',
    summary: 'Remove a commands group with its commands; what they ran stays on record',
    params: numberedPath,
    query: Type.Object({ dry_run: agreement.dry_run }),
    success: 200,
    answer: CommandsGroupChanged,
    version: 'wanted',
  },
} as const satisfies Record<string, ApiRoute>;
