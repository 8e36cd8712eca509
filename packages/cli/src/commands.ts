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
};
