import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CrashPointName, crashPoints } from '../packages/client/src/crash-point.ts';
import type { CrashPoint as ServerPoint } from '../packages/server/src/crash-point.ts';
import { type OpenDatabase, openDatabase } from '../packages/server/test/databases.ts';
import { runClient } from './client-process.ts';
import { enrolHost, pemOf, writeSettings } from './enrolled-host.ts';
import { type Front, startFront } from './front.ts';
import { findPython } from './outside-program.ts';
import { makeQuickKeys } from './quick-keys.ts';
import { apply, makeToken, type RunningServer, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import { openWire } from './wire.ts';

// Each host runs it once, in a folder of its own.
const fleet = `
hosts_groups: [{name: All hosts}]
commands_groups:
  - name: all
    hosts_group: All hosts
    order: 1
    commands:
      - name: leaves a line
        order: 1
        timeout: 3
        command: |
          with open('ran', 'a') as file: file.write('ran\\n')
          print('this is the output')
          __RESULT__ = ['this is the result']
`;
/** A token that names no key registers by v1; the front sends the server its own in the place of it. */
const unnamed = 'a-token-that-names-no-key';
const python = findPython() ?? 'python3';

type Ending = 'succeeded' | 'interrupted';

/** Where a server is killed that a host speaks v1 with, and what then becomes of the run that was on its way. */
const v1Cases: Record<ServerPoint, Record<string, Ending>> = {
  'before-commit': {
    registerHost: 'succeeded',
    verifyHost: 'succeeded',
    useHostToken: 'succeeded',
    deliverRun: 'succeeded',
    finishRun: 'succeeded',
  },
  'after-commit': {
    registerHost: 'succeeded',
    verifyHost: 'succeeded',
    useHostToken: 'succeeded',
    // It was handed out, and nobody knows whether it arrived: it is not handed out again.
    deliverRun: 'interrupted',
    finishRun: 'succeeded',
  },
  'before-answer': {
    host_register: 'succeeded',
    host_verify: 'succeeded',
    command_get: 'interrupted',
    command_post: 'succeeded',
  },
};
/** The same for the sealed protocol. What a host was given and does not hold is given again, as its journal tells. */
const sealedCases: Record<ServerPoint, Record<string, Ending>> = {
  'before-commit': {
    registerHost: 'succeeded',
    verifyHost: 'succeeded',
    greetHost: 'succeeded',
    claimRuns: 'succeeded',
    settleSealedRun: 'succeeded',
  },
  'after-commit': {
    registerHost: 'succeeded',
    verifyHost: 'succeeded',
    greetHost: 'succeeded',
    claimRuns: 'succeeded',
    settleSealedRun: 'succeeded',
  },
  'before-answer': {
    registered: 'succeeded',
    verified: 'succeeded',
    welcome: 'succeeded',
    run: 'succeeded',
    stored: 'succeeded',
  },
};

type Protocol = 'v1' | 'sealed';
const pointsOf = (protocol: Protocol, cases: typeof v1Cases) =>
  Object.entries(cases).flatMap(([point, details]) =>
    Object.entries(details).map(([detail, ending]): [string, Protocol, Ending] => [
      `${point}:${detail}`,
      protocol,
      ending,
    ]),
  );
const serverPoints = [...pointsOf('v1', v1Cases), ...pointsOf('sealed', sealedCases)];
/** The points that lie in other code on PostgreSQL. */
const postgresPoints = serverPoints.filter(([point]) =>
  /-commit:(verifyHost|deliverRun|finishRun|claimRuns|settleSealedRun)/.test(point),
);

/** Where a client is killed, how often the program had run then, and what the server knows in the end. */
const clientCases: Record<(typeof crashPoints)[number], [runs: number, ending: Ending]> = {
  'journal-before-begin': [0, 'interrupted'],
  'journal-begun': [0, 'interrupted'],
  'program-ended': [1, 'interrupted'],
  'journal-finished': [1, 'succeeded'],
  posted: [1, 'succeeded'],
  'journal-stored': [1, 'succeeded'],
};

/** The same by the sealed protocol, and how often it has run in the end: what had not begun is given again. */
const sealedClientCases: Record<CrashPointName, [runs: number, ending: Ending, runsInTheEnd: number]> = {
  claimed: [0, 'succeeded', 1],
  'journal-before-begin': [0, 'succeeded', 1],
  'journal-begun': [0, 'interrupted', 0],
  'program-ended': [1, 'interrupted', 1],
  'journal-finished': [1, 'succeeded', 1],
  posted: [1, 'succeeded', 1],
  'past-kept': [1, 'succeeded', 1],
  'journal-stored': [1, 'succeeded', 1],
};

describe.each([
  ['sqlite', serverPoints],
  ['postgres', postgresPoints],
] as const)('a server on %s that is killed', (kind, points) => {
  let database: OpenDatabase;
  let token: string;
  let front: Front;
  let server: RunningServer;
  const keys = makeQuickKeys(points.length);

  beforeAll(async () => {
    database = await openDatabase(kind);
    token = await makeToken(database);
    await apply(database, fleet);
    front = await startFront(() => server.url, {
      passed: ({ authorization, ...headers }) =>
        authorization === `Token ${unnamed}`
          ? { ...headers, authorization: `Token ${token}` }
          : { ...headers, ...(authorization && { authorization }) },
    });
  });
  afterAll(async () => {
    await front?.close();
    await database?.remove();
  });

  test.each(points)('at %s of %s loses nothing, and nothing runs twice', async (point, protocol, ending) => {
    const key = keys.pop();
    if (!key) throw new Error('There is a case more than keys.');
    const folder = makeFolder();
    const host = prepareHost(folder, key, front.url, protocol === 'v1' ? unnamed : token);
    server = await startServer(database, {
      args: ['--grace-seconds', '0'],
      env: { REMOTES_CRASH_AT: point },
    });
    const visited = server.program.ended;
    await host.goThrough();
    expect(await visited, 'it died there').toMatchObject({ signal: 'SIGKILL' });

    server = await startServer(database, { args: ['--grace-seconds', '0'] });
    for (const code of await host.goThrough()) expect(code).toBe(0);
    const run = await endedRun(database, pemOf(key));
    expect(run).toMatchObject({ state: ending });
    expect(linesIn(folder)).toBe(ending === 'succeeded' ? 1 : 0);
    if (ending === 'succeeded') expect(await outputOf(database, run.number)).toBe('this is the output\n');
    await server.kill();
  });
});

describe('a client that is killed', () => {
  let database: OpenDatabase;
  let server: RunningServer;
  let token: string;

  beforeAll(async () => {
    database = await openDatabase('sqlite');
    server = await startServer(database, { args: ['--grace-seconds', '0'] });
    token = await makeToken(database);
    await apply(database, fleet);
  });
  afterAll(async () => {
    await server?.kill();
    await database?.remove();
  });

  test.each(Object.entries(clientCases))(
    'at %s loses nothing that it knew, and runs nothing twice',
    async (point, [runs, ending]) => {
      const folder = makeFolder();
      const wire = openWire(server.url);
      const host = await enrolHost(wire, token);
      const settings = writeSettings(host, server.url, folder);
      const process = ['--action', 'commands_process', '--settings', settings, '--python', python];
      const killed = await runClient(process, { cwd: folder, env: { REMOTES_CRASH_AT: point } });
      expect(killed.signal, 'it died there').toBe('SIGKILL');
      expect(linesIn(folder)).toBe(runs);

      for (let time = 0; time < 2; time += 1) {
        expect(await runClient(process, { cwd: folder })).toMatchObject({ code: 0 });
      }
      expect(linesIn(folder)).toBe(runs);
      const run = await endedRun(database, host.publicPem);
      expect(run).toMatchObject({ state: ending });
      if (ending === 'succeeded') {
        expect(await outputOf(database, run.number)).toBe('this is the output\n');
        expect(JSON.parse(run.result ?? '')).toEqual(['this is the result']);
      }
    },
  );
});

describe('a client of the sealed protocol that is killed', () => {
  let database: OpenDatabase;
  let server: RunningServer;
  let token: string;
  const keys = makeQuickKeys(Object.keys(sealedClientCases).length);

  beforeAll(async () => {
    database = await openDatabase('sqlite');
    server = await startServer(database, { args: ['--grace-seconds', '0'] });
    token = await makeToken(database);
    await apply(database, fleet);
  });
  afterAll(async () => {
    await server?.kill();
    await database?.remove();
  });

  test.each(Object.entries(sealedClientCases))(
    'at %s loses nothing that it knew, and runs nothing twice',
    async (point, [runs, ending, runsInTheEnd]) => {
      const key = keys.pop();
      if (!key) throw new Error('There is a case more than keys.');
      const folder = makeFolder();
      const host = prepareHost(folder, key, server.url, token);
      expect(await host.goThrough({ REMOTES_CRASH_AT: point }), 'it died there').toEqual([0, null]);
      expect(linesIn(folder)).toBe(runs);
      for (let time = 0; time < 2; time += 1) expect(await host.goThrough()).toEqual([0]);
      expect(linesIn(folder)).toBe(runsInTheEnd);
      const run = await endedRun(database, pemOf(key));
      expect(run).toMatchObject({ state: ending });
      if (ending === 'succeeded') expect(await outputOf(database, run.number)).toBe('this is the output\n');
    },
  );
});

/** A host that registers and works by our client, and goes on wherever it was thrown back. */
function prepareHost(
  folder: string,
  key: ReturnType<typeof makeQuickKeys>[number],
  url: string,
  token: string,
) {
  const settings = join(folder, 'host.ini');
  const [privateKey, publicKey] = [join(folder, 'key'), join(folder, 'key.pub')];
  mkdirSync(folder, { recursive: true });
  writeFileSync(privateKey, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(publicKey, pemOf(key));
  // Named as its own, keys are taken for those of an earlier attempt.
  writeFileSync(settings, `[host]\nprivate_key = ${privateKey}\npublic_key = ${publicKey}\n`, {
    mode: 0o600,
  });
  const paths = ['--url', url, '--private_key', privateKey, '--public_key', publicKey];
  let isRegistered = false;
  return {
    /** The exit codes of what it took. */
    async goThrough(env: Record<string, string> = {}): Promise<(number | null)[]> {
      const codes: (number | null)[] = [];
      if (!isRegistered) {
        const made = await runClient(['--action', 'new_host', '--settings', settings, ...paths], {
          env: { REMOTES_TOKEN: token },
        });
        isRegistered = made.code === 0;
        codes.push(made.code);
        if (!isRegistered) return codes;
      }
      const worked = await runClient(
        ['--action', 'commands_process', '--settings', settings, '--python', python],
        { cwd: folder, env },
      );
      return [...codes, worked.code];
    },
  };
}

/** The only run of the host with this key, once it has ended. */
async function endedRun({ storage }: OpenDatabase, publicPem: string) {
  const { hosts, runs } = storage.tables;
  const same = (await hosts.list()).filter((host) => host.publicPem.trim() === publicPem.trim());
  expect(same, 'one host for one key').toHaveLength(1);
  const hostId = same[0]?.id ?? 0;
  return expect
    .poll(
      async () => {
        const found = await runs.list({ hostId, limit: 10 });
        expect(found).toHaveLength(1);
        return found[0];
      },
      { timeout: 15_000, interval: 50 },
    )
    .not.toMatchObject({ state: 'delivered' })
    .then(async () => {
      const [run] = await runs.list({ hostId, limit: 1 });
      if (!run) throw new Error('The run is gone.');
      return run;
    });
}

async function outputOf({ storage }: OpenDatabase, runNumber: number): Promise<string> {
  const chunks = await storage.tables.outputs.chunks(runNumber);
  return Buffer.concat(
    chunks.filter(({ stream }) => stream === 'stdout').map(({ bytes }) => bytes),
  ).toString();
}

function linesIn(folder: string): number {
  const file = join(folder, 'ran');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}
