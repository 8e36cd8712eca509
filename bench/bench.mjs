// Measures the v1 system and writes docs/performance.md. Everything that is compared is measured in this one run.
import { fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureClient } from './client.mjs';
import { makeKeys } from './keys.mjs';
import { hasWrk, load } from './load.mjs';
import { measureOperators } from './operators.mjs';
import { writePage } from './performance-page.mjs';
import { startProgram } from './process.mjs';
import { operatorsSection, report } from './report.mjs';
import { postBody, seed } from './seed.mjs';

const serverProgram = new URL('../packages/server/bin/remotes-server.js', import.meta.url).pathname;
const bareProgram = new URL('bare-server.mjs', import.meta.url).pathname;
const isQuick = process.argv.includes('--quick');
const seconds = isQuick ? 1 : 4;
const workersOfWork = 250;
const commandsEach = isQuick ? 60 : 400;
const folder = mkdtempSync(join(tmpdir(), 'remotes-bench-'));

if (!hasWrk()) {
  console.error('The benchmark needs wrk: install it first (Debian: apt-get install wrk).');
  process.exit(1);
}
try {
  const isOperatorsAlone = process.argv.includes('--operators');
  const [{ publicPem }] = await makeKeys(isOperatorsAlone ? 1 : isQuick ? 40 : 4000);
  if (isOperatorsAlone) {
    console.log(operatorsSection(await measureOperatorsPart(publicPem)));
  } else await measureAll(publicPem);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureAll(publicPem) {
  const measured = {
    machine: `${availableParallelism()} × ${cpus()[0]?.model.trim()}, Node ${process.version}`,
    bare: await measureBare(),
    endpoints: await measureEndpoints(publicPem),
    past: await measurePast(publicPem),
    pairs: await measurePairs(),
    two: await measureTwoProcesses(publicPem),
    sealed: await measureSealed(publicPem),
    operators: await measureOperatorsPart(publicPem),
    client: await measureClient(join(folder, 'client'), startServer),
  };
  const text = report(measured);
  console.log(text);
  if (!isQuick) writePage(text);
}

function startServer(dataFolder, ...args) {
  const limits = [
    '--registrations-per-token',
    '1000000',
    '--max-connections',
    '100000',
    '--log-level',
    'info',
  ];
  return startProgram(
    serverProgram,
    ['start', '--port', '0', '--data', dataFolder, ...limits, ...args],
    dataFolder,
  );
}

/** Runs the same load closing and on kept connections, and asks the server how it felt in each. */
async function bothWays(server, requestsOf) {
  const results = {};
  for (const [name, isClosing] of [
    ['closing', true],
    ['kept', false],
  ]) {
    const before = await server.probe();
    const measured = await load(server.url, { requests: requestsOf(name), seconds, isClosing });
    if (measured.errors > 0) throw new Error(`${requestsOf(name)}: ${measured.errors} requests failed`);
    const after = await server.probe();
    const cpuMsEach = (1000 * (after.cpuSeconds - before.cpuSeconds)) / (measured.perSecond * seconds);
    results[name] = { ...measured, ...after, cpuMsEach };
  }
  return results;
}

function requestsFile(name, lines) {
  const file = join(folder, `${name}.txt`);
  writeFileSync(file, lines.map((parts) => parts.join('\t')).join('\n'));
  return file;
}

async function measureBare() {
  say('the ceilings');
  const bareFolder = join(folder, 'bare');
  mkdirSync(bareFolder);
  const server = await startProgram(bareProgram, [bareFolder], bareFolder);
  const route = requestsFile('bare', [['GET', '/bare', '', '']]);
  const insert = requestsFile('insert', [['GET', '/insert', '', '']]);
  const results = {
    route: await bothWays(server, () => route),
    insert: await bothWays(server, () => insert),
  };
  await server.stop();
  return results;
}

/** Each endpoint with the API log off, and again with it on. */
async function measureEndpoints(publicPem) {
  const results = {};
  for (const log of ['off', 'on']) {
    say(`the endpoints, API log ${log}`);
    const dataFolder = join(folder, `endpoints-${log}`);
    const work = await seed(dataFolder, (write) => seedWork(write, publicPem, log === 'on'));
    const server = await startServer(dataFolder);
    const idle = await server.probe();
    results[log] = { startMs: server.startMs, idleMb: idle.residentMb };
    for (const [name, lines] of Object.entries(work)) {
      // Deliveries and reports happen once: each way gets a half of its own.
      const files = {
        closing: requestsFile(`${name}-closing`, lines.closing),
        kept: requestsFile(`${name}-kept`, lines.kept),
      };
      results[log][name] = await bothWays(server, (way) => files[way]);
    }
    results[log].busyMb = (await server.probe()).residentMb;
    await server.stop();
  }
  return results;
}

function seedWork(write, publicPem, isLogged) {
  if (isLogged) write.setting('apilog_enable_logging', '1');
  const group = write.hostsGroup('All hosts');
  const commandsGroup = write.commandsGroup(group);
  const variables = ['one', 'two'].map((name) => write.variable(name));
  const commands = Array.from({ length: commandsEach }, () => write.command(commandsGroup));
  const saving = Array.from({ length: commandsEach }, () =>
    write.command(commandsGroup, { outputVariables: variables }),
  );
  const few = commands.slice(0, 10);
  const polling = Array.from({ length: 100 }, () => {
    const host = write.host(publicPem, [group]);
    for (const { id } of few) write.pending(host.id, id);
    return host;
  });
  const get = (path, tokens) => tokens.map((token) => ['GET', path, token, '']);
  const same = (lines) => ({ closing: lines, kept: lines });
  return {
    status: same(get('/api/status', [''])),
    discover: same(get('/api/v1/discover/', [''])),
    host_status: same(
      get(
        '/api/v1/host/status/',
        polling.map(({ token }) => token),
      ),
    ),
    commands_list: same(
      get(
        '/api/v1/commands/list/',
        polling.map(({ token }) => token),
      ),
    ),
    command_get: bothHalves(() => deliveries(write, publicPem, group, commands)),
    command_post: bothHalves(() => reports(write, publicPem, group, commands)),
    'command_post, two variables': bothHalves(() => reports(write, publicPem, group, saving)),
  };
}

function bothHalves(make) {
  return { closing: make(), kept: make() };
}

/** Commands that hosts have yet to fetch, each once, neighbours on different hosts. */
function deliveries(write, publicPem, group, commands) {
  const hosts = Array.from({ length: workersOfWork }, () => write.host(publicPem, [group]));
  return commands.flatMap(({ id }) =>
    hosts.map((host) => {
      write.pending(host.id, id);
      return ['GET', `/api/v1/commands/get/${id}/`, host.token, ''];
    }),
  );
}

function reports(write, publicPem, group, commands) {
  const hosts = Array.from({ length: workersOfWork }, () => write.host(publicPem, [group]));
  const bodies = new Map(hosts.map((host) => [host.id, postBody(host.uuid)]));
  return commands.flatMap(({ id, jobId }) =>
    hosts.map((host) => {
      write.run(host.id, id, jobId, 'delivered');
      return ['POST', `/api/v1/commands/post/${id}/`, host.token, bodies.get(host.id)];
    }),
  );
}

/** One host with a past: its list, and a command that it may fetch again and again. */
async function measurePast(publicPem) {
  const results = [];
  for (const runs of isQuick ? [10, 1000] : [10, 1_000, 100_000]) {
    say(`a host with ${runs} past runs`);
    const dataFolder = join(folder, `past-${runs}`);
    const lines = await seed(dataFolder, (write) => {
      write.setting('apilog_enable_logging', '1');
      const group = write.hostsGroup('All hosts');
      const commandsGroup = write.commandsGroup(group);
      const commands = Array.from({ length: 10 }, () =>
        write.command(commandsGroup, { attempts: 1_000_000_000 }),
      );
      const { id, token } = write.host(publicPem, [group]);
      for (const command of commands) write.pending(id, command.id);
      for (let number = 0; number < runs; number++) write.run(id, 1_000_000 + number, 'past', 'succeeded');
      return {
        list: [['GET', '/api/v1/commands/list/', token, '']],
        get: commands.map((command) => ['GET', `/api/v1/commands/get/${command.id}/`, token, '']),
      };
    });
    const server = await startServer(dataFolder);
    const list = requestsFile(`list-${runs}`, lines.list);
    const get = requestsFile(`get-${runs}`, lines.get);
    results.push({ runs, list: await bothWays(server, () => list), get: await bothWays(server, () => get) });
    await server.stop();
  }
  return results;
}

async function measurePairs() {
  say('register + verify');
  const dataFolder = join(folder, 'pairs');
  const token = await seed(dataFolder, (write) => {
    write.setting('apilog_enable_logging', '1');
    write.hostsGroup('All hosts');
    return write.token();
  });
  const server = await startServer(dataFolder);
  await server.probe();
  const count = isQuick ? 40 : 4000;
  const generator = fork(new URL('pairs.mjs', import.meta.url).pathname, [
    server.url,
    token,
    dataFolder,
    String(count),
    '8',
  ]);
  const result = await new Promise((resolve, reject) => {
    generator.on('message', (message) => (message === 'ready' ? generator.send('go') : resolve(message)));
    generator.once('exit', (status) => reject(new Error(`The generator ended with ${status}.`)));
  });
  generator.kill();
  const felt = await server.probe();
  await server.stop();
  return { ...result, delayP99Ms: felt.delayP99Ms };
}

/** Handshakes, claims and reports of our own protocol, each host with a channel key of its own. */
async function measureSealed(publicPem) {
  say('the sealed protocol');
  const dataFolder = join(folder, 'sealed');
  const hostsCount = isQuick ? 40 : 800;
  const claimsEach = isQuick ? 5 : 20;
  const work = await seed(dataFolder, (write) => {
    write.setting('apilog_enable_logging', '1');
    const group = write.hostsGroup('All hosts');
    const commandsGroup = write.commandsGroup(group);
    const commands = Array.from({ length: claimsEach }, () => write.command(commandsGroup));
    const hosts = Array.from({ length: hostsCount }, () => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const channelKey = publicKey.export({ format: 'jwk' }).x;
      const { id, uuid } = write.host(publicPem, [group], channelKey);
      for (const command of commands) write.pending(id, command.id);
      return { uuid, channelPrivatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
    });
    return { hosts, claimsEach, server: write.serverId };
  });
  const workFile = join(folder, 'sealed.json');
  writeFileSync(workFile, JSON.stringify(work));
  const server = await startServer(dataFolder);
  const generator = fork(new URL('sealed.mjs', import.meta.url).pathname, [server.url, workFile]);
  const said = () =>
    new Promise((resolve, reject) => {
      const failed = (status) => reject(new Error(`The generator ended with ${status}.`));
      generator.once('exit', failed);
      generator.once('message', (message) => {
        generator.off('exit', failed);
        resolve(message);
      });
    });
  await said();
  const results = {};
  for (const phase of ['first handshakes', 'handshakes', 'claims', 'reports']) {
    const before = await server.probe();
    generator.send(phase);
    const measured = await said();
    const after = await server.probe();
    const cpuMsEach = (1000 * (after.cpuSeconds - before.cpuSeconds)) / measured.count;
    results[phase] = { ...measured, delayP99Ms: after.delayP99Ms, cpuMsEach };
  }
  generator.kill();
  await server.stop();
  const { handshakes, claims, reports } = results;
  return { hostsCount, rows: { handshakes, claims, reports } };
}

/** Questions of operators about a large fleet with a long past, and a job for all of it, while results come in. */
function measureOperatorsPart(publicPem) {
  say('operators and a large fleet');
  const size = isQuick ? { hosts: 500, jobs: 4, samples: 20 } : { hosts: 50_000, jobs: 100, samples: 300 };
  return measureOperators({ folder, publicPem, size, start: startServer });
}

/** commands/get on two server processes that share one port and one database. */
async function measureTwoProcesses(publicPem) {
  say('two server processes');
  const dataFolder = join(folder, 'two');
  const lines = await seed(dataFolder, (write) => {
    write.setting('apilog_enable_logging', '1');
    const group = write.hostsGroup('All hosts');
    const commandsGroup = write.commandsGroup(group);
    const commands = Array.from({ length: commandsEach }, () => write.command(commandsGroup));
    return deliveries(write, publicPem, group, commands);
  });
  const first = await startServer(dataFolder, '--reuse-port');
  const port = new URL(first.url).port;
  const second = await startServer(dataFolder, '--reuse-port', '--port', port);
  const measured = await load(first.url, { requests: requestsFile('two', lines), seconds, isClosing: true });
  await Promise.all([first.stop(), second.stop()]);
  if (measured.errors > 0) throw new Error(`Two processes: ${measured.errors} requests failed`);
  return measured;
}

function say(text) {
  console.error(`▸ ${text}`);
}
