import { type Static, Type } from 'typebox';
import { HostsGroupIds, Role } from './account-forms.ts';
import { about, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import type { ApiRoute } from './route.ts';

const name = Type.String({ minLength: 1, maxLength: 200 });

export const Operator = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  role: Role,
  hosts_groups: about('Rights are narrowed to these; null: to none.', nullable(Type.Array(Named))),
  is_active: Type.Boolean(),
  created_at: Moment,
  has_password: about('False as long as the set-up link was not used.', Type.Boolean()),
  has_totp: Type.Boolean(),
  passkeys: Type.Integer(),
});
export type Operator = Static<typeof Operator>;

/** A single-use link by which somebody chooses a password. Shown this once. */
const SetupLink = Type.Object({
  setup_token: about('`rmt_set_…`', Type.String()),
  setup_url: about('The same as `<server>/setup#rmt_set_…`.', Type.String()),
  expires_at: Moment,
});

export const operatorsRoutes = {
  operators_list: {
    method: 'GET',
    path: '/api/v2/operators',
    access: 'admin',
    summary: 'List the accounts, by name',
    success: 200,
    answer: Type.Object({ items: Type.Array(Operator) }),
  },
  operators_create: {
    method: 'POST',
    path: '/api/v2/operators',
    access: 'admin',
    summary: 'Make an account, and a link by which its owner chooses a password',
    body: Type.Object({ name, role: Role, hosts_groups: Type.Optional(HostsGroupIds) }),
    success: 201,
    answer: Type.Object({ id: Type.Integer(), ...SetupLink.properties }),
    isCreating: true,
    shownOnce: ['setup_token', 'setup_url'],
  },
  operators_show: {
    method: 'GET',
    path: '/api/v2/operators/{id}',
    access: 'admin',
    summary: 'Show an account',
    params: numberedPath,
    success: 200,
    answer: Operator,
    version: 'shown',
  },
  operators_change: {
    method: 'PATCH',
    path: '/api/v2/operators/{id}',
    access: 'admin',
    summary:
      'Change name, role, hosts groups or activity of an account; its sessions and tokens follow at once',
    params: numberedPath,
    body: Type.Object({
      name: Type.Optional(name),
      role: Type.Optional(Role),
      hosts_groups: Type.Optional(HostsGroupIds),
      is_active: Type.Optional(Type.Boolean()),
    }),
    success: 200,
    answer: Operator,
    version: 'wanted',
  },
  operators_remove: {
    method: 'DELETE',
    path: '/api/v2/operators/{id}',
    access: 'admin',
    summary: 'Remove an account with its sessions and tokens',
    params: numberedPath,
    success: 204,
    version: 'wanted',
  },
  operators_setup_link: {
    method: 'POST',
    path: '/api/v2/operators/{id}/setup-link',
    access: 'admin',
    summary: 'Make a link by which the owner of an account chooses a new password',
    params: numberedPath,
    body: Type.Object({
      forget_factors: about(
        'Also takes away one-time codes and passkeys when it is used: for whoever has lost them.',
        Type.Optional(Type.Boolean({ default: false })),
      ),
    }),
    success: 201,
    answer: SetupLink,
    isCreating: true,
    shownOnce: ['setup_token', 'setup_url'],
  },
  operators_end_sessions: {
    method: 'DELETE',
    path: '/api/v2/operators/{id}/sessions',
    access: 'admin',
    summary: 'End every session of an account',
    params: numberedPath,
    success: 200,
    answer: Type.Object({ ended: Type.Integer() }),
  },
} as const satisfies Record<string, ApiRoute>;
