import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { trouble } from './trouble.ts';

export const actionNames = [
  'status',
  'discover',
  'generate_keys',
  'host_register',
  'host_verify',
  'host_status',
  'new_host',
  'commands_list',
  'command_get',
  'command_post',
  'commands_process',
  'commands_monitor',
  'run',
  'trust',
  'rotate_keys',
] as const;
export type ActionName = (typeof actionNames)[number];

/** What the command line says. An empty text and, for numbers, 0 count as missing, as they do in v1. */
export type Flags = {
  action: ActionName;
  settingsPath: string;
  url: string | undefined;
  token: string | undefined;
  privateKeyPath: string | undefined;
  publicKeyPath: string | undefined;
  commandId: number | undefined;
  intervalSeconds: number | undefined;
  pythonPath: string | undefined;
  fingerprint: string | undefined;
  isForced: boolean;
  failsOnError: boolean;
};

/** Reads the command line; throws a `usage` trouble for what can't be meant. */
export function readArguments(args: string[]): Flags | 'help' | 'version' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const action = actionNames.find((name) => name === values.action);
  if (!values.action) throw usage('missing action argument');
  if (action === undefined)
    throw usage(`there is no action "${values.action}": choose one of ${actionNames.join(', ')}`);
  const flags: Flags = {
    action,
    settingsPath: values.settings ?? '',
    url: values.url || undefined,
    token: values.token || undefined,
    privateKeyPath: values.private_key || undefined,
    publicKeyPath: values.public_key || undefined,
    commandId: readNumber(values.command, /^\d{1,15}$/, 'command must be a whole number'),
    intervalSeconds: readNumber(
      values.interval,
      /^\d{1,9}(\.\d+)?$/,
      'interval must be a number of seconds above 0',
    ),
    pythonPath: values.python || undefined,
    fingerprint: values.fingerprint || undefined,
    isForced: values.force ?? false,
    failsOnError: values['fail-on-error'] ?? false,
  };
  if (flags.settingsPath === '') throw usage('missing settings argument');
  return flags;
}

/** Throws v1's sentence for each argument that this action can't do without, and one for files that would overwrite each other. */
export function requireArguments(flags: Flags, tokenOfEnvironment: string | undefined): void {
  const { action } = flags;
  const isMissing = (names: ActionName[], value: unknown) => names.includes(action) && value === undefined;
  if (isMissing(['status', 'new_host'], flags.url)) throw usage('missing URL argument');
  if (isMissing(['host_register', 'host_verify', 'new_host'], flags.token ?? tokenOfEnvironment))
    throw usage('missing token argument');
  if (isMissing(['generate_keys', 'new_host'], flags.privateKeyPath))
    throw usage('missing private_key argument');
  if (isMissing(['generate_keys', 'new_host'], flags.publicKeyPath))
    throw usage('missing public_key argument');
  if (action === 'generate_keys' || action === 'new_host') requireOwnFiles(flags);
  if (isMissing(['command_get'], flags.commandId)) throw usage('missing command argument');
  if (isMissing(['commands_monitor'], flags.intervalSeconds)) throw usage('missing monitoring interval');
  if (isMissing(['trust'], flags.fingerprint)) throw usage('missing fingerprint argument');
}

/** Each of the three would overwrite the other. */
function requireOwnFiles({ settingsPath, privateKeyPath = '', publicKeyPath = '' }: Flags): void {
  const named = [
    ['--settings', settingsPath],
    ['--private_key', privateKeyPath],
    ['--public_key', publicKeyPath],
  ] as const;
  const flagOf = new Map<string, string>();
  for (const [flag, path] of named) {
    const real = realPath(resolve(path));
    const other = flagOf.get(real);
    if (other !== undefined)
      throw usage(`${other} and ${flag} name the same file (${real}): give each a path of its own`);
    flagOf.set(real, flag);
  }
}

/** With links followed as far as there is something. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args: args.flatMap(joinDashed),
      strict: true,
      options: {
        action: { type: 'string' },
        settings: { type: 'string', short: 'S' },
        url: { type: 'string' },
        token: { type: 'string' },
        private_key: { type: 'string' },
        public_key: { type: 'string' },
        command: { type: 'string' },
        interval: { type: 'string' },
        python: { type: 'string', short: 'P' },
        fingerprint: { type: 'string' },
        force: { type: 'boolean' },
        'fail-on-error': { type: 'boolean' },
        version: { type: 'boolean', short: 'V' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Node's sentences have a hint on lines of its own.
    throw usage((error as Error).message.replaceAll('\n', ' '));
  }
}

/** Base64url begins with a dash now and then, which must not pass for an option: `--token -x` becomes `--token=-x`. */
function joinDashed(arg: string, index: number, args: string[]): string[] {
  const isDashed = (flag: string | undefined, value: string | undefined) =>
    (flag === '--token' || flag === '--fingerprint') && dashedText.test(value ?? '');
  if (isDashed(args[index - 1], arg)) return [];
  return isDashed(arg, args[index + 1]) ? [`${arg}=${args[index + 1]}`] : [arg];
}

/** 32 bytes, and perhaps a dot and as many again, or what was copied of them: a fingerprint, a registration token. */
const dashedText = /^-[\w-]{42}(\.\S*)?$/;

function readNumber(text: string | undefined, shape: RegExp, sentence: string): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  if (!shape.test(text.trim())) throw usage(sentence);
  return Number(text) || undefined;
}

function usage(sentence: string) {
  return trouble('usage', sentence);
}
