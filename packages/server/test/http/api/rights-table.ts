import type { RouteName } from '@remotes/protocol/operators/routes';
import { jobInside, type Place, type RightsFixture } from './rights-fixture.ts';

/**
 * One line for each route of the contract. Who may pass the door follows from the route's `access` and needs no line:
 * `rights.test.ts` asks every route as nobody, as each role, with each kind of token, and with tokens that are worth
 * nothing. A line says what hosts groups are to the route:
 *
 * - `outside: 'no_groups'`: it is about nothing that belongs to hosts groups.
 * - `outside: 'not_found'`: `ask` names something of `inside`. Whoever is narrowed to the other group is answered 404,
 *   whoever is narrowed to the group of `inside` gets `success` (the contract's own status where the line says none).
 * - `outside: 'left_out'`: both are answered with `success`; the answer to the one who is narrowed to `inside` holds
 *   `mark` (his host's name, where the line does not say), the answer to the other one does not.
 * - `outside: { status, code }`: whoever is narrowed to the other group is refused like this.
 * - `outside: 'tested'`: `where` is the test that shows it, because it can't be shown by one request of a
 *   token: of a stream, say.
 *
 * Both ask with the least role that passes, or with `role`. With `inside: 'refused'` nobody whose rights are narrowed
 * gets through. Each line has two places of its own (see `rights-fixture.ts`), which `ask` may change as it likes.
 */
export type RightsLine =
  | { readonly outside: 'no_groups' }
  | { readonly outside: 'tested'; readonly where: string }
  | {
      readonly outside: 'not_found' | 'left_out' | { readonly status: number; readonly code: string };
      readonly ask?: (fixture: RightsFixture) => RightsAsk | Promise<RightsAsk>;
      readonly inside?: 'refused';
      readonly role?: 'viewer' | 'operator' | 'admin';
      readonly success?: number;
    };

export type RightsAsk = {
  /** What stands for the names in the path. */
  readonly params?: Readonly<Record<string, string | number>>;
  /** With the question mark. */
  readonly query?: string;
  readonly body?: object;
  readonly mark?: string;
};

const noGroups = { outside: 'no_groups' } as const;
const unnarrowedOnly = { outside: { status: 403, code: 'not_allowed' }, inside: 'refused' } as const;

export const rightsTable: Readonly<Partial<Record<RouteName, RightsLine>>> = {
  // What an account does with itself.
  session_create: noGroups,
  session_passkey_options: noGroups,
  session_passkey: noGroups,
  session_show: noGroups,
  session_end: noGroups,
  session_confirm: noGroups,
  sessions_list: noGroups,
  sessions_end: noGroups,
  sessions_end_others: noGroups,
  setup: noGroups,
  account_password: noGroups,
  totp_begin: noGroups,
  totp_confirm: noGroups,
  totp_remove: noGroups,
  recovery_codes: noGroups,
  passkeys_list: noGroups,
  passkeys_options: noGroups,
  passkeys_create: noGroups,
  passkeys_rename: noGroups,
  passkeys_remove: noGroups,
  device_logins_create: noGroups,
  device_logins_show: noGroups,
  device_logins_approve: noGroups,
  device_logins_deny: noGroups,
  device_logins_token: noGroups,

  operators_list: unnarrowedOnly,
  operators_create: {
    ...unnarrowedOnly,
    ask: ({ inside }) => ({ body: { name: inside.tag, role: 'viewer' } }),
  },
  operators_show: unnarrowedOnly,
  operators_change: { ...unnarrowedOnly, ask: () => ({ body: { is_active: false } }) },
  operators_remove: unnarrowedOnly,
  operators_setup_link: { ...unnarrowedOnly, ask: () => ({ body: {} }) },
  operators_end_sessions: unnarrowedOnly,

  api_tokens_list: noGroups,
  api_tokens_create: { outside: 'tested', where: 'packages/server/test/domain/accounts/api-tokens.test.ts' },
  api_tokens_revoke: noGroups,

  jobs_list: { outside: 'left_out', ask: async (fixture) => ({ mark: (await jobInside(fixture)).jobId }) },
  jobs_create: { outside: 'not_found', ask: ({ inside }) => ({ body: orderFor(inside) }) },
  jobs_preview: { outside: 'not_found', ask: ({ inside }) => ({ body: orderFor(inside) }) },
  jobs_cancel_waiting: {
    outside: 'not_found',
    ask: async (fixture) => ({ body: { jobs: [(await jobInside(fixture)).jobId] } }),
  },
  jobs_show: { outside: 'not_found', ask: theJobInside },
  jobs_runs: { outside: 'not_found', ask: theJobInside },
  jobs_outcomes: { outside: 'not_found', ask: theJobInside },
  jobs_stop: { outside: 'not_found', ask: theJobInside },
  jobs_again: {
    outside: 'not_found',
    ask: async (fixture) => ({ ...(await theJobInside(fixture)), body: { which: 'all' } }),
  },

  runs_list: { outside: 'left_out' },
  runs_show: { outside: 'not_found', ask: runInside },
  runs_output: { outside: 'not_found', ask: runInside },
  runs_stream: {
    outside: 'not_found',
    ask: ({ inside }) => ({ params: { id: inside.runId, stream: 'stdout' } }),
  },
  runs_stop: {
    outside: 'not_found',
    ask: async (fixture) => ({ params: { id: (await jobInside(fixture)).runId } }),
  },

  audit_list: unnarrowedOnly,
  audit_export: unnarrowedOnly,
  audit_checkpoint: noGroups,

  events: { outside: 'tested', where: 'packages/server/test/domain/events/events-deeds.test.ts' },
  jobs_events: { outside: 'tested', where: 'packages/server/test/domain/events/events-deeds.test.ts' },

  hosts_list: { outside: 'left_out' },
  hosts_show: { outside: 'not_found', ask: ({ inside }) => ({ params: { id: inside.hostId } }) },
  hosts_rename: {
    outside: 'not_found',
    ask: ({ inside }) => ({ params: { id: inside.hostId }, body: { name: `new-${inside.tag}` } }),
  },
  hosts_approve: {
    outside: 'not_found',
    ask: ({ inside }) => ({ body: { hosts: [inside.pendingHostId] } }),
  },
  hosts_disable: { outside: 'not_found', ask: hostsInside },
  hosts_enable: { outside: 'not_found', ask: hostsInside },
  hosts_remove: {
    outside: 'not_found',
    ask: ({ inside }) => ({ body: { hosts: [inside.hostId], yes: 1 } }),
  },
  hosts_allow_v1: { outside: 'not_found', ask: hostsInside },

  hosts_groups_list: { outside: 'left_out', ask: ({ inside }) => ({ mark: inside.hostsGroupName }) },
  hosts_groups_create: { ...unnarrowedOnly, ask: ({ inside }) => ({ body: { name: `new-${inside.tag}` } }) },
  hosts_groups_show: { outside: 'not_found', ask: groupInside },
  hosts_groups_change: {
    outside: 'not_found',
    ask: ({ inside }) => ({ params: { id: inside.hostsGroupId }, body: { is_active: false } }),
  },
  hosts_groups_remove: { ...unnarrowedOnly, ask: groupInside },
  hosts_groups_add_hosts: { outside: 'not_found', ask: hostsOfGroupInside },
  hosts_groups_remove_hosts: { outside: 'not_found', ask: hostsOfGroupInside },

  registration_tokens_list: unnarrowedOnly,
  registration_tokens_create: { ...unnarrowedOnly, ask: () => ({ body: {} }) },
  registration_tokens_reveal: { ...unnarrowedOnly, ask: tokenInside },
  registration_tokens_revoke: { ...unnarrowedOnly, ask: tokenInside },

  commands_groups_list: {
    outside: 'left_out',
    ask: ({ inside }) => ({ mark: `commands-group-${inside.tag}` }),
  },
  commands_groups_create: {
    outside: 'not_found',
    ask: ({ inside }) => ({ body: { name: `new-${inside.tag}`, hosts_group: inside.hostsGroupId } }),
  },
  commands_groups_show: { outside: 'not_found', ask: commandsGroupInside },
  commands_groups_change: {
    outside: 'not_found',
    ask: ({ inside }) => ({ params: { id: inside.commandsGroupId }, body: { is_active: false } }),
  },
  commands_groups_remove: { outside: 'not_found', ask: commandsGroupInside },

  commands_list: { outside: 'left_out', ask: ({ inside }) => ({ mark: inside.commandName }) },
  commands_create: {
    outside: 'not_found',
    ask: ({ inside }) => ({
      body: { name: `new-${inside.tag}`, program: 'print(1)', commands_group: inside.commandsGroupId },
    }),
  },
  commands_show: { outside: 'not_found', ask: commandInside },
  commands_change: {
    outside: 'not_found',
    ask: ({ inside }) => ({ params: { id: inside.commandId }, body: { program: 'print(2)' } }),
  },
  commands_remove: { outside: 'not_found', ask: commandInside },
  commands_revisions: { outside: 'not_found', ask: commandInside },
  commands_revision: {
    outside: 'not_found',
    ask: ({ inside }) => ({ params: { id: inside.commandId, revision: 1 } }),
  },
  commands_diff: { outside: 'not_found', ask: commandInside },

  settings_list: { outside: 'tested', where: 'packages/server/test/domain/api/settings.test.ts' },
  settings_show: { outside: 'tested', where: 'packages/server/test/domain/api/settings.test.ts' },
  settings_set: { ...unnarrowedOnly, ask: () => ({ params: { name: 'greeting' }, body: { value: 'hi' } }) },
  settings_remove: { ...unnarrowedOnly, ask: () => ({ params: { name: 'greeting' } }) },

  variables_list: { outside: 'left_out', ask: ({ inside }) => ({ mark: inside.variableName }) },
  variables_create: {
    ...unnarrowedOnly,
    ask: ({ inside }) => ({ body: { category: 'new', name: inside.tag } }),
  },
  variables_remove: { ...unnarrowedOnly, ask: ({ inside }) => ({ params: { id: inside.variableId } }) },
  variables_matrix: { outside: 'left_out' },
  values_list: { outside: 'not_found', ask: ({ inside }) => ({ params: { id: inside.hostId } }) },
  values_set: {
    outside: 'not_found',
    ask: (fixture) => ({ ...valueInside(fixture), body: { value: 'new' } }),
  },
  values_remove: { outside: 'not_found', ask: valueInside },
  values_history: { outside: 'not_found', ask: valueInside },

  fleet_apply: { ...unnarrowedOnly, ask: () => ({ body: { file: '{}' } }) },
  fleet_export: unnarrowedOnly,
  api_log_list: unnarrowedOnly,
  server_show: { outside: 'tested', where: 'packages/server/test/domain/api/server.test.ts' },
  server_pause: unnarrowedOnly,
  server_resume: { ...unnarrowedOnly, ask: () => ({ body: {} }) },
};

function hostsInside({ inside }: RightsFixture): RightsAsk {
  return { body: { hosts: [inside.hostId] } };
}

function groupInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.hostsGroupId } };
}

function hostsOfGroupInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.hostsGroupId }, body: { hosts: [inside.hostId] } };
}

function tokenInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.registrationTokenId } };
}

function commandsGroupInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.commandsGroupId } };
}

function commandInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.commandId } };
}

function valueInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.hostId, variable: inside.variableId } };
}

function orderFor({ hostName }: Place) {
  return { program: 'uptime', targets: { hosts: [hostName] } };
}

function runInside({ inside }: RightsFixture): RightsAsk {
  return { params: { id: inside.runId } };
}

async function theJobInside(fixture: RightsFixture): Promise<RightsAsk> {
  return { params: { id: (await jobInside(fixture)).jobId } };
}
