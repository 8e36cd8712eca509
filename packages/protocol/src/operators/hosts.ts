import { type Static, Type } from 'typebox';
import { HostFacts } from '../messages/hello.ts';
import { HostState } from '../values/host.ts';
import { agreement } from './changes.ts';
import { about, Id, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

/** `away`: silent for three times its usual interval; `never`: it has not come since it registered. */
const Presence = Type.Enum(['online', 'away', 'never']);

const hostMembers = {
  id: Type.Integer(),
  uuid: Type.String(),
  name: Type.String(),
  state: HostState,
  presence: Presence,
  hosts_groups: about('Those that lie within the rights of whoever asks.', Type.Array(Named)),
  protocol: about(
    'By which it is served: once it has proved a channel key, by no other.',
    Type.Enum(['v1', 'sealed']),
  ),
  registered_at: Moment,
  verified_at: nullable(Moment),
  last_seen_at: nullable(Moment),
  usual_interval_seconds: nullable(Type.Number()),
  last_address: nullable(Type.String()),
  client_agent: nullable(Type.String()),
  client_version: nullable(Type.String()),
  facts: about(
    'What the host says of its machine: claims. Null as long as it said nothing, as v1 hosts never do.',
    nullable(HostFacts),
  ),
};
export const HostView = Type.Object(hostMembers);
export type HostView = Static<typeof HostView>;

/** The same with what only one host is asked for. */
export const HostDetail = Type.Object({
  ...hostMembers,
  key_fingerprint: about('Of the key that it registered with.', Type.String()),
  channel_key: about('The Ed25519 key by which it proves itself.', nullable(Type.String())),
  channel_key_enrolled_at: nullable(Moment),
  registration_token_id: nullable(Type.Integer()),
  duplicate: about(
    'The last time within a week that another machine came with its keys while it was connected: from where each did. Null: none.',
    nullable(Type.Object({ at: Moment, connected_address: Type.String(), refused_address: Type.String() })),
  ),
  pending: about('Standing commands that it is still to run.', Type.Array(Named)),
  not_offered: about(
    'Of these, what is not offered to it, and why.',
    Type.Array(Type.Object({ reason: Type.String(), commands: Type.Array(Named) })),
  ),
});
export type HostDetail = Static<typeof HostDetail>;

/** Which hosts are meant: those with these ids, and the members of these groups; `where` narrows them, or selects alone. */
export const HostsMeant = {
  hosts: about('By their ids.', Type.Optional(Type.Array(Id, { maxItems: 100_000 }))),
  hosts_groups: about('All members of these, by ids.', Type.Optional(Type.Array(Id, { maxItems: 1000 }))),
  where: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
};
const HostsToChange = Type.Object({ ...HostsMeant, ...agreement });

const HostStanding = Type.Object({ id: Type.Integer(), name: Type.String(), state: HostState });

/** All of them were changed or none. */
export const HostsChanged = Type.Object({
  is_dry_run: Type.Boolean(),
  changed: Type.Array(HostStanding),
  unchanged: about('Those that were that way already.', Type.Array(HostStanding)),
  will_run_on_hosts: Type.Integer(),
});
export type HostsChanged = Static<typeof HostsChanged>;

/** Hosts: machines with a client on them. */
export const hostsRoutes = {
  hosts_list: {
    method: 'GET',
    path: '/api/v2/hosts',
    access: 'viewer',
    summary: 'List hosts by name',
    query: Type.Object({
      ...pageQuery,
      q: about(
        'A part of the name, whatever the case of its letters.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ),
      where: about(
        'A filter over names, groups, states and facts.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
      ),
      state: Type.Optional(HostState),
      presence: Type.Optional(Presence),
      hosts_group: Type.Optional(Id),
    }),
    success: 200,
    answer: pageOf(HostView),
  },
  hosts_show: {
    method: 'GET',
    path: '/api/v2/hosts/{id}',
    access: 'viewer',
    summary: 'Show one host',
    params: numberedPath,
    success: 200,
    answer: HostDetail,
    version: 'shown',
  },
  hosts_rename: {
    method: 'PATCH',
    path: '/api/v2/hosts/{id}',
    access: 'admin',
    summary: 'Give a host another name',
    params: numberedPath,
    body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 400 }) }),
    success: 200,
    answer: HostView,
    version: 'wanted',
  },
  hosts_approve: {
    method: 'POST',
    path: '/api/v2/hosts/approve',
    access: 'operator',
    summary:
      'Let in hosts that wait for approval: for admins, and for operators with rights on all groups of their token',
    body: HostsToChange,
    success: 200,
    answer: HostsChanged,
  },
  hosts_disable: {
    method: 'POST',
    path: '/api/v2/hosts/disable',
    access: 'admin',
    summary: 'Shut hosts out: their tokens stop working at once',
    body: HostsToChange,
    success: 200,
    answer: HostsChanged,
  },
  hosts_enable: {
    method: 'POST',
    path: '/api/v2/hosts/enable',
    access: 'admin',
    summary: 'Let disabled hosts go on where they were',
    body: HostsToChange,
    success: 200,
    answer: HostsChanged,
  },
  hosts_remove: {
    method: 'POST',
    path: '/api/v2/hosts/remove',
    access: 'admin',
    summary: 'Forget hosts, with their runs, output and values',
    body: HostsToChange,
    success: 200,
    answer: HostsChanged,
  },
  hosts_allow_v1: {
    method: 'POST',
    path: '/api/v2/hosts/allow-v1',
    access: 'admin',
    summary:
      'Forget the channel keys of hosts: v1 clients are served for them again, until they enrol a key anew',
    body: HostsToChange,
    success: 200,
    answer: HostsChanged,
  },
} as const satisfies Record<string, ApiRoute>;
