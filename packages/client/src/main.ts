import { type ActionName, type Flags, readArguments, requireArguments } from './arguments.ts';
import { readConfig } from './config.ts';
import type { Context } from './context.ts';
import { armCrashPoint } from './crash-point.ts';
import { indentJson } from './json-text.ts';
import { openServer } from './network/server.ts';
import { openSettingsFile } from './settings-file.ts';
import { isTrouble } from './trouble.ts';
import { write } from './write.ts';

type Action = (context: Context) => Promise<number>;

/** Loaded when chosen: what another action needs costs this one no start-up time. */
const actions: Record<ActionName, () => Promise<Action>> = {
  status: async () => (await import('./actions/status.ts')).fetchStatus,
  discover: async () => (await import('./actions/discover.ts')).discoverServices,
  generate_keys: async () => (await import('./actions/generate-keys.ts')).generateKeys,
  host_register: async () => (await import('./actions/host-register.ts')).registerHost,
  host_verify: async () => (await import('./actions/host-verify.ts')).verifyHost,
  host_status: async () => (await import('./actions/host-status.ts')).fetchHostStatus,
  new_host: async () => (await import('./actions/new-host.ts')).makeNewHost,
  commands_list: async () => (await import('./actions/commands-list.ts')).listCommands,
  command_get: async () => (await import('./actions/command-get.ts')).getCommand,
  command_post: async () => (await import('./actions/command-post.ts')).postNothing,
  commands_process: async () => (await import('./actions/commands-process.ts')).processCommands,
  commands_monitor: async () => (await import('./actions/commands-monitor.ts')).monitorCommands,
  run: async () => (await import('./actions/run.ts')).runHost,
  trust: async () => (await import('./actions/trust.ts')).trustServer,
  rotate_keys: async () => (await import('./actions/rotate-keys.ts')).rotateKeys,
};

async function main(): Promise<number> {
  const flags = readArguments(process.argv.slice(2));
  if (typeof flags === 'string') return tell(flags);
  const config = readConfig(process.env);
  requireArguments(flags, config.token);
  armCrashPoint(config.crashAt);
  const action = await actions[flags.action]();
  return action({
    flags,
    config,
    settings: openSettingsFile(flags.settingsPath, say),
    server: openServer(config),
    say,
    print: (json) => write(1, `${indentJson(json)}\n`),
  });
}

async function tell(what: Exclude<ReturnType<typeof readArguments>, Flags>): Promise<number> {
  const text =
    what === 'version'
      ? (await import('@remotes/protocol/version')).version
      : (await import('./help.ts')).help;
  write(1, `${text.trimEnd()}\n`);
  return 0;
}

function say(sentence: string): void {
  write(2, `remotes-client: ${sentence}\n`);
}

async function fail(error: unknown): Promise<number> {
  if (!isTrouble(error)) {
    const text = error instanceof Error ? error.stack : String(error);
    write(2, `remotes-client: this is a fault of the client, please report it:\n${text}\n`);
    return 1;
  }
  if (error.code === 'usage') write(2, `${(await import('./help.ts')).usage}\n`);
  say(error.message);
  return error.code === 'usage' ? 2 : 1;
}

// Set rather than exited with, so that all that was written reaches its reader.
main()
  .catch(fail)
  .then((code) => {
    process.exitCode = code;
  });
