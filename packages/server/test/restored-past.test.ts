import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { signFor } from '@remotes/protocol/crypto/sign';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import type { PastRun } from '@remotes/protocol/messages/ran';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { RunStatement } from '@remotes/protocol/values/run-statement';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from './databases.ts';
import { administer, type Place, type Program, startProgram } from './local/program.ts';
import { openSealedHost, type SealedHost } from './sealed-host.ts';

const commandCount = 10;
const hostCount = 10;

test('a server that is restored from a backup made before 100 runs runs none of them again, and knows all 100 after the hosts said hello', async () => {
  const place = await emptyPlace();
  const first = await startServer(place);
  const token = (await administer(place, 'registration_token')).stdout.trim();
  const hosts: Worker[] = [];
  for (let index = 0; index < hostCount; index += 1) {
    const host = await openSealedHost(first.url);
    await host.enter(token);
    hosts.push(createWorker(host, first.url));
  }
  await applyCommands(place, commandCount);
  const backup = `${place.dataFolder}/before.db`;
  expect(await administer(place, 'backup', backup)).toMatchObject({ status: 0 });

  for (const host of hosts) await host.work();
  expect(hosts.map((host) => host.executed.length)).toEqual(Array(hostCount).fill(commandCount));
  expect(await runsOf(place)).toHaveLength(hostCount * commandCount);
  const before = await runsOf(place);
  await end(first);

  expect(await administer(place, 'restore', backup, '--yes')).toMatchObject({ status: 0 });
  expect(await runsOf(place)).toEqual([]);
  const second = await startServer(place);
  // Restored servers are paused: hosts are asked all the same, and told nothing.
  for (const host of hosts.slice(0, 5)) await host.work(second.url);
  expect(await administer(place, 'resume', '--yes', '5')).toMatchObject({ status: 0 });
  for (const host of hosts) await host.work(second.url);

  // What is new is given, and nothing else.
  await applyCommands(place, commandCount + 1);
  for (const host of hosts) {
    await expect
      .poll(async () => {
        await host.work();
        return host.executed.length;
      })
      .toBe(commandCount + 1);
  }
  const after = (await runsOf(place)).filter((run) => run.reason !== null);
  expect(await runsOf(place)).toHaveLength(hostCount * (commandCount + 1));
  const identity = ({ id, host, command, state, exit_code }: ShownRun) => ({
    id,
    host,
    command,
    state,
    exit_code,
  });
  const sorted = (runs: ShownRun[]) => runs.map(identity).sort((one, other) => (one.id < other.id ? -1 : 1));
  expect(sorted(after)).toEqual(sorted(before));
  const [newest] = (await runsOf(place)).filter((run) => run.reason === null);
  expect(newest?.command.number).toBeGreaterThan(1_000_000);
  expect(new Set(after.map((run) => run.reason))).toEqual(new Set(['recalled']));
  await end(second);
});

async function emptyPlace(): Promise<Place> {
  const place = await createDatabase('sqlite');
  onTestFinished(place.remove);
  return place;
}

async function startServer(place: Place): Promise<{ url: string; server: Program }> {
  const server = startProgram(place, 'start', '--port', '0');
  const { url } = JSON.parse(await server.line(/"url":/)) as { url: string };
  return { url, server };
}

async function end({ server }: { server: Program }): Promise<void> {
  server.process.kill('SIGTERM');
  await server.ended;
}

/** Makes it so many commands, for all hosts. */
async function applyCommands(place: Place, count: number): Promise<void> {
  const commands = Array.from({ length: count }, (_, index) => ({
    name: `command ${index}`,
    command: 'print()',
  }));
  const file = join(place.dataFolder, 'fleet.json');
  writeFileSync(
    file,
    JSON.stringify({ commands_groups: [{ name: 'Base', hosts_group: 'All hosts', commands }] }),
  );
  const { status, stderr } = await administer(place, 'apply', file, '--yes', String(hostCount));
  expect({ status, stderr }).toMatchObject({ status: 0 });
}

type ShownRun = {
  id: string;
  host: object;
  command: { number: number };
  state: string;
  exit_code: number;
  reason: string | null;
};

async function runsOf(place: Place): Promise<ShownRun[]> {
  return JSON.parse((await administer(place, 'runs', '--json', '--limit', '1000')).stdout);
}

type Worker = ReturnType<typeof createWorker>;

/** A host with a journal in memory: executes what it is given, and tells its past when that is wanted. */
function createWorker(begun: SealedHost, startUrl: string) {
  const executed: string[] = [];
  const past: PastRun[] = [];
  const journal = { id: randomUUID(), is_intact: true };
  const facts = { hostname: 'h', os: 'linux', os_release: '6', architecture: 'x64', client_version: '1' };
  const hello = { type: 'hello', capability: 1, facts, boot: 'boot', journal, held: [] };
  let host = begun;
  let at = startUrl;

  const execute = async (run: GiveRun) => {
    executed.push(run.run);
    const [empty, exitCode] = [{ bytes: 0, sha256: sha256Hex(''), cut_bytes: 0 }, run.wire_number % 3];
    const statement = canonicalJson({
      version: 1,
      server: host.session.proof.server,
      run: run.run,
      attempt: run.attempt,
      ending: 'exited',
      exit_code: exitCode,
      signal: null,
      reason: null,
      message: null,
      started_at_ms: 1,
      duration_ms: 1,
      result_sha256: null,
      stdout: empty,
      stderr: empty,
    } satisfies RunStatement);
    const signature = signFor('result', host.keys.channel, statement);
    const { attempt } = run;
    const said = { type: 'finished', run: run.run, attempt, statement, signature, result: null };
    expect(await host.tell(said)).toEqual([{ type: 'stored', run: run.run, attempt }]);
    past.push({
      run: run.run,
      job: run.manifest.job,
      attempt,
      wire_number: run.wire_number,
      revision: run.revision,
      name: run.name,
      state: exitCode === 0 ? 'succeeded' : 'failed',
      exit_code: exitCode,
      finished_at_ms: 2,
    });
  };

  return {
    executed,
    /** Says hello and carries out whatever there is, at this server from now on. */
    async work(url = at): Promise<void> {
      if (url !== at) {
        host = await openSealedHost(url, host.keys);
        await host.prove();
        at = url;
      }
      const [welcome] = await host.tell(hello);
      if (welcome?.type === 'welcome' && welcome.wants_past) {
        for (const [index, run] of past.entries()) {
          await host.tell({ type: 'ran', runs: [run], is_last: index === past.length - 1 });
        }
        if (past.length === 0) await host.tell({ type: 'ran', runs: [], is_last: true });
      }
      for (let hasMore = true; hasMore; ) {
        const answers = await host.tell({ type: 'claim', limit: 8 });
        for (const answer of answers) {
          if (answer.type === 'run') await execute(answer);
          if (answer.type === 'claimed') hasMore = answer.has_more;
        }
      }
    },
  };
}
