import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';

const folders: string[] = [];
const children = new Set<ChildProcess>();

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The bundle as `npm run build` makes it, from the sources as they are now. */
export const bundle = buildBundle();

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };
type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** A program to run the command line under, with its arguments. */
  readonly under?: (line: string) => readonly string[];
};

export type Cli = {
  /** Where it works, and keeps sign-ins. */
  readonly folder: string;
  start(args: readonly string[], options?: CliOptions): RunningCli;
  run(args: readonly string[], options?: CliOptions): Promise<Ended>;
};

type RunningCli = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once what it has written to either stream matches. */
  says(what: RegExp): Promise<void>;
};

/** Somebody's command line, with a folder of its own, at this server and with this token unless told otherwise. */
export function createCli(environment: Readonly<Record<string, string>> = {}): Cli {
  const folder = makeFolder();
  const start = (args: readonly string[], { env, input, under }: CliOptions = {}) => {
    const line = [process.execPath, bundle, ...args];
    const [file = '', ...rest] = under ? under(line.map((word) => `'${word}'`).join(' ')) : line;
    const place = { cwd: folder, env: { ...plainEnvironment(folder), ...environment, ...env } };
    return watch(spawn(file, rest, place), input);
  };
  return { folder, start, run: (args, options) => start(args, options).ended };
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-cli-test-'));
  folders.push(folder);
  return folder;
}

function watch(child: ReturnType<typeof spawn>, input: string | undefined): RunningCli {
  children.add(child);
  const said = { stdout: '', stderr: '' };
  const looks = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const look of looks) look();
    });
  }
  child.stdin?.on('error', () => {});
  if (input !== undefined) child.stdin?.end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      resolve({ code, ...said });
    });
  });
  const says = (what: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!what.test(said.stdout + said.stderr)) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
      void ended.then((end) => reject(new Error(`ended without saying ${what}: ${JSON.stringify(end)}`)));
    });
  return { child, ended, says };
}

function plainEnvironment(folder: string): NodeJS.ProcessEnv {
  const steering = /^(REMOTES_.*|XDG_.*|NO_COLOR|(https?|all|no)_proxy|NODE_OPTIONS|NODE_EXTRA_CA_CERTS)$/i;
  const kept = Object.entries(process.env).filter(([name]) => !steering.test(name));
  return { ...Object.fromEntries(kept), REMOTES_CONFIG: folder, TZ: 'UTC' };
}

function buildBundle(): string {
  const path = join(makeFolder(), 'remotes.cjs');
  execFileSync(process.execPath, [fileURLToPath(new URL('../bundle.mjs', import.meta.url)), path]);
  return path;
}
