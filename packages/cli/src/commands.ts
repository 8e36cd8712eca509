import type { CommandShape } from './command.ts';

/** Each command of the program, loaded only when it is asked for. Those without a summary are not for people. */
export const commands: Readonly<
  Record<string, { readonly summary?: string; readonly load: () => Promise<CommandShape> }>
> = {
  login: { summary: 'sign in at a server', load: async () => (await import('./commands/login.ts')).login },
  logout: { summary: 'sign out', load: async () => (await import('./commands/logout.ts')).logout },
  whoami: {
    summary: 'show as whom you are signed in',
    load: async () => (await import('./commands/whoami.ts')).whoami,
  },
  use: {
    summary: 'choose one of several servers',
    load: async () => (await import('./commands/use.ts')).use,
  },
  run: {
    summary: 'run something on hosts now, and show what came of it',
    load: async () => (await import('./commands/run.ts')).run,
  },
  jobs: {
    summary: 'list, watch, stop and repeat what was run',
    load: async () => (await import('./commands/jobs.ts')).jobs,
  },
  runs: {
    summary: 'list what hosts carried out, and stop it',
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  output: {
    summary: 'show what a run printed and returned',
    load: async () => (await import('./commands/output.ts')).output,
  },
  hosts: {
    summary: 'list, watch, approve, disable, rename and remove hosts',
    load: async () => (await import('./commands/hosts.ts')).hosts,
  },
  groups: {
    summary: 'list and change hosts groups',
    load: async () => (await import('./commands/groups.ts')).groups,
  },
  commands: {
    summary: 'list and change saved commands',
    load: async () => (await import('./commands/commands.ts')).commandsCommand,
  },
  'commands-groups': {
    summary: 'list and change what they are for, and when',
    load: async () => (await import('./commands/commands-groups.ts')).commandsGroups,
  },
  variables: {
    summary: 'list, set and compare values of hosts',
    load: async () => (await import('./commands/variables.ts')).variables,
  },
  settings: {
    summary: 'list and change settings',
    load: async () => (await import('./commands/settings.ts')).settings,
  },
  apply: {
    summary: 'make groups, settings and commands what a file says',
    load: async () => (await import('./commands/apply.ts')).apply,
  },
  export: {
    summary: 'write that file',
    load: async () => (await import('./commands/export.ts')).exportFleet,
  },
  tokens: {
    summary: 'make, list and revoke the tokens that let hosts register',
    load: async () => (await import('./commands/tokens.ts')).tokens,
  },
  operators: {
    summary: 'list and change accounts',
    load: async () => (await import('./commands/operators.ts')).operators,
  },
  account: {
    summary: 'change your own password and second factor',
    load: async () => (await import('./commands/account.ts')).account,
  },
  sessions: {
    summary: 'list and end your sessions, and let programs in',
    load: async () => (await import('./commands/sessions.ts')).sessions,
  },
  'api-tokens': {
    summary: 'make, list and revoke tokens for programs',
    load: async () => (await import('./commands/api-tokens.ts')).apiTokens,
  },
  audit: {
    summary: 'show who did what, and verify the record',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  'api-log': {
    summary: 'show the log of requests',
    load: async () => (await import('./commands/api-log.ts')).apiLog,
  },
  server: {
    summary: "show the server's keys, pause and resume it",
    load: async () => (await import('./commands/server.ts')).server,
  },
  completion: {
    summary: 'print what makes your shell complete these commands',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
  complete: { load: async () => (await import('./commands/complete.ts')).complete },
};
