import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';
import { vectors } from './vectors.ts';

/** The bundle as `npm run build` makes it, from the sources as they are now. */
export const bundle = buildBundle();

export type Ended = { code: number | null; signal: string | null; stdout: string; stderr: string };
export type Running = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once stderr so far matches. */
  readonly says: (what: RegExp) => Promise<void>;
};
export type RunOptions = {
  env?: NodeJS.ProcessEnv;
  input?: string;
  node?: string;
  cwd?: string;
  /** The user to run as. */
  user?: number;
};

/** Modes of files keep nobody from root, so there the client runs as another user. */
export const asNobody: RunOptions = process.getuid?.() === 0 ? { user: 65_534 } : {};

const children = new Set<ChildProcess>();
const folders: string[] = [];

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that the end of the test removes. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'remotes-client-test-'));
  folders.push(folder);
  return folder;
}

/** Runs the bundled client as a process of its own, to its end. */
export function runClient(args: string[], options: RunOptions = {}): Promise<Ended> {
  return startClient(args, options).ended;
}

export function startClient(args: string[], { env, input, node, cwd, user }: RunOptions = {}): Running {
  const child = spawn(node ?? process.execPath, [bundle, ...args], {
    env: { ...cleanEnvironment(), ...env },
    cwd,
    ...(user === undefined ? {} : { uid: user, gid: user }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.add(child);
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  let stdout = '';
  let stderr = '';
  const looks = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    for (const look of looks) look();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      children.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  const says = (what: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!what.test(stderr)) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
      ended.then(() => reject(new Error(`ended without saying ${what}: ${stderr}`)));
    });
  return { child, ended, says };
}

export type Host = { folder: string; settings: string; privateKey: string; publicKey: string };

/** A settings file as it stands when the recorded conversation has reached this step. */
export async function makeHost(serverUrl: string, step: 'keys' | 'registered' | 'verified'): Promise<Host> {
  const folder = await makeFolder();
  const host: Host = {
    folder,
    settings: join(folder, 'settings.ini'),
    privateKey: join(folder, 'key.pem'),
    publicKey: join(folder, 'key.pub'),
  };
  const { exchanges, rsa_keys: keys } = vectors;
  await writeFile(host.privateKey, keys.main.private_pkcs8_pem, { mode: 0o600 });
  await writeFile(host.publicKey, keys.main.public_spki_pem);
  const endpoints = Object.entries(exchanges.discover.response.body_json.endpoints);
  const lines = [
    ...['[server]', `server_url = ${serverUrl}/`, '', '[endpoints]', 'discover = /api/v1/discover/'],
    ...endpoints.map(([name, path]) => `${name} = ${path}`),
    ...['', '[host]', `private_key = ${host.privateKey}`, `public_key = ${host.publicKey}`],
    ...(step === 'keys' ? [] : [`uuid = ${exchanges.register.response.body_json.encrypted}`]),
    ...(step === 'verified' ? [`token = ${exchanges.verify.response.body_json.encrypted}`] : []),
  ];
  await writeFile(host.settings, `${lines.join('\n')}\n`, { mode: 0o600 });
  return host;
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const steering = /^(REMOTES_.*|(https?|all|no)_proxy|.*_CA_BUNDLE|SSL_CERT_FILE|NODE_OPTIONS)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steering.test(name)));
}

function buildBundle(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-client-bundle-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const path = join(folder, 'remotes-client.cjs');
  execFileSync(process.execPath, [fileURLToPath(new URL('../bundle.mjs', import.meta.url)), path]);
  return path;
}
