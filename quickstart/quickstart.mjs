// From nothing to the main job: a server, this machine as its host, two commands and what came of them. Everything
// happens in a temporary folder, through the same programs that an administrator uses.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const onlyOnce = process.argv.includes('--once');
const repository = new URL('..', import.meta.url).pathname;
const serverProgram = join(repository, 'packages/server/bin/remotes-server.js');
const clientProgram = join(repository, 'packages/client/dist/remotes-client.cjs');
const folder = mkdtempSync(join(tmpdir(), 'remotes-quickstart-'));
const dataFolder = join(folder, 'data');
const settingsFile = join(folder, 'host.ini');

let server;
let worker;
let isLeaving = false;
process.once('SIGINT', () => leave(0));
process.once('SIGTERM', () => leave(0));
try {
  await main();
} catch (trouble) {
  console.error(`\nThe quickstart did not get through: ${trouble.message}`);
  await leave(1);
}

async function main() {
  step('Starting a server');
  const url = await startServer(await freePort(8000));
  say(`It listens on ${url}`);

  step('Making a registration token');
  const token = (await remotesServer('registration_token', '--uses', '1')).trim();
  say('One use, good for seven days');

  step('Registering this machine as a host');
  await registerHost(url, token);
  await remotesServer('hosts', 'rename', '000001', 'this-machine');
  console.log(indent(await remotesServer('hosts')));

  step('Defining what hosts are to run: quickstart/sample.yaml');
  console.log(indent(await remotesServer('apply', join(repository, 'quickstart/sample.yaml'), '--yes', '1')));

  step('The host fetches its commands, runs them and sends back what came of them');
  await remotesClient('--action=commands_process', '--settings', settingsFile);
  await showRuns();

  step('What was saved about this host');
  console.log(indent(savedValues(await remotesServer('export', '--saved-values'))));

  if (onlyOnce) {
    console.log('\nThat is the whole way round. Everything is cleaned up again.');
    await leave(0);
    return;
  }
  startWorking();
  const setupLink = join(dataFolder, 'setup-link');
  console.log(`
The server stays up on ${url} until you press Ctrl-C, and this machine stays connected to it: what you run begins
at once. To try, each in another terminal, in this folder:

  1. Become its admin:      npx remotes login ${url} --setup
     It asks for a link:    ${process.stdout.isTTY ? readFileSync(setupLink, 'utf8').trim() : `it stands in ${setupLink}`}
  2. Run something at once: npx remotes run -g "All hosts" -- uname -a
  3. See what ran:          npx remotes runs
  4. Change the commands:   edit quickstart/sample.yaml (give a command a new name), then
                            npx remotes apply quickstart/sample.yaml

How to run a server of your own, and how to bring other machines in, stands in README.md.`);
}

/** @param {number} port */
function startServer(port) {
  server = spawn(process.execPath, [serverProgram, 'start', '--port', String(port), '--data', dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => {
      if (!isLeaving) reject(new Error(`the server ended with exit status ${code}`));
    });
    let text = '';
    server.stdout.on('data', (bytes) => {
      text += bytes;
      const url = /"url":"([^"]+)"/.exec(text)?.[1];
      if (url) resolve(url);
    });
  });
}

/** What a service does on a host; it ends with this program. */
function startWorking() {
  const args = ['--action=run', '--settings', settingsFile];
  worker = spawn(process.execPath, [clientProgram, ...args], { stdio: 'ignore' });
}

/** The token goes through the environment, so that no process list shows it. */
function registerHost(url, token) {
  const args = ['--action', 'new_host', '--url', url, '--settings', settingsFile];
  const keys = ['--private_key', join(folder, 'host.key'), '--public_key', join(folder, 'host.pub')];
  return run(clientProgram, [...args, ...keys], { REMOTES_TOKEN: token });
}

function remotesServer(...args) {
  return run(serverProgram, [...args, '--data', dataFolder], {});
}

function remotesClient(...args) {
  return run(clientProgram, args, {});
}

async function run(program, args, environment) {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
      env: { ...process.env, ...environment },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (trouble) {
    throw new Error(trouble.stderr?.trim() || trouble.message);
  }
}

async function showRuns() {
  const runs = JSON.parse(await remotesServer('runs', '--json'));
  if (runs.length === 0) throw new Error('no command ran');
  for (const { number, command, state } of runs) {
    say(`${command.name}: ${state}`);
    console.log(indent(indent(await remotesServer('output', String(number), '--stdout'))));
    if (state !== 'succeeded') throw new Error(`the command "${command.name}" ended as ${state}`);
  }
}

/** The variables' part of an export. */
function savedValues(yaml) {
  return /^variables:\n(?:[ -].*\n?)*/m.exec(yaml)?.[0] ?? '(nothing)';
}

/** The wished port, else one that is free. */
function freePort(wished) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      say(`Port ${wished} is taken, so another one is used`);
      resolve(0);
    });
    probe.listen(wished, '127.0.0.1', () => probe.close(() => resolve(wished)));
  });
}

async function leave(code) {
  if (isLeaving) return;
  isLeaving = true;
  await end(worker);
  await end(server);
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

async function end(program) {
  if (!program || program.exitCode !== null) return;
  const ended = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGTERM');
  await ended;
}

function step(text) {
  console.log(`\n▸ ${text} …`);
}

function say(text) {
  console.log(`  ${text}`);
}

function indent(text) {
  return text.trimEnd().replace(/^/gm, '  ');
}
