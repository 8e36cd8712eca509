import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import { clientBundle } from './client-process.ts';
import { enrolHost, fetchCommand, listedCommands, postResult, writeSettings } from './enrolled-host.ts';
import { findPython, findStrace, testOfSkip } from './outside-program.ts';
import { runProgram } from './program.ts';
import { apply, makeToken, startServer } from './server-process.ts';
import {
  firstSyncAfter,
  isOnFile,
  readSystemCalls,
  type SystemCall,
  syncs,
  traced,
  writes,
} from './system-calls.ts';
import { makeFolder } from './temporary-folder.ts';
import { openWire } from './wire.ts';

const strace = findStrace();
if (strace === undefined) testOfSkip('what is synced to disk', 'strace, and the right to trace');

const posts = 50;

describe.skipIf(strace === undefined)('what is said to be stored', () => {
  test(`is synced to disk before the server says so: ${posts} posts at once`, async () => {
    const database = await createDatabase('sqlite');
    onTestFinished(database.remove);
    const trace = join(makeFolder(), 'trace');
    const server = await startServer(database, { under: underStrace(trace) });
    const wire = openWire(server.url);
    const host = await enrolHost(wire, await makeToken(database));
    await apply(database, fleetOf(posts));
    const commands = await listedCommands(wire, host);
    expect(commands).toHaveLength(posts);
    await Promise.all(commands.map((id) => fetchCommand(wire, host, id)));
    const stored = await Promise.all(
      commands.map(async (id) => {
        const marker = `marker-of-${id}-${crypto.randomUUID()}`;
        const answer = await postResult(wire, host, id, { output: marker, result: '["stored"]' });
        expect(answer.status).toBe(201);
        return { marker, outputId: answer.json.results.id };
      }),
    );
    // strace ends with what it traces, and not the other way round.
    const [, id] = await server.program.prints(/"pid":(\d+)/);
    process.kill(Number(id), 'SIGTERM');
    await server.program.ended;

    const calls = readSystemCalls(readFileSync(trace, 'utf8'));
    expect(stored.flatMap((each) => complaintsAbout(calls, each))).toEqual([]);
    // The same look at a server that does not sync finds every one of them.
    const careless = calls.filter(({ name }) => !syncs.includes(name));
    expect(stored.flatMap((each) => complaintsAbout(careless, each))).toHaveLength(posts);
  }, 60_000);
});

describe.skipIf(strace === undefined)('the journal of a client', () => {
  test('is synced before a program starts, and again before its result is posted', async () => {
    const database = await createDatabase('sqlite');
    onTestFinished(database.remove);
    const server = await startServer(database);
    onTestFinished(async () => {
      await server.kill();
    });
    const folder = makeFolder();
    const trace = join(folder, 'trace');
    const settings = writeSettings(
      await enrolHost(openWire(server.url), await makeToken(database)),
      server.url,
      folder,
    );
    await apply(database, fleetOf(3));
    const [file = '', ...args] = underStrace(trace);
    const python = ['--python', findPython() ?? 'python3'];
    const client = [
      process.execPath,
      clientBundle,
      '--action',
      'commands_process',
      '--settings',
      settings,
      ...python,
    ];
    await runProgram(file, [...args, ...client]);

    const calls = readSystemCalls(readFileSync(trace, 'utf8'));
    const journal = '/host.ini.journal/journal';
    const records = (kind: string) =>
      calls.filter(
        (call) =>
          writes.includes(call.name) &&
          isOnFile(call, journal) &&
          call.given.includes(`\\"kind\\":\\"${kind}\\"`),
      );
    // The first one is the client itself.
    const starts = calls.filter(({ name, answer }) => name === 'execve' && answer.startsWith('0')).slice(1);
    const sent = calls.filter(
      ({ name, given }) => writes.includes(name) && given.includes('"POST /api/v1/commands/post/'),
    );
    const begun = records('begun');
    const finished = records('finished');
    expect([starts, begun, finished, sent].map((found) => found.length)).toEqual([3, 3, 3, 3]);
    for (const [index, record] of begun.entries()) {
      const sync = firstSyncAfter(calls, journal, record.endedAt);
      expect(sync?.endedAt, 'synced before the program starts').toBeLessThan(starts[index]?.beganAt ?? 0);
      const later = firstSyncAfter(calls, journal, finished[index]?.endedAt ?? 0);
      expect(later?.endedAt, 'synced before the post').toBeLessThan(sent[index]?.beganAt ?? 0);
    }
  }, 60_000);
});

/**
 * Only the thread that writes touches the log, one transaction after the other: so the first sync after a text went
 * into it covers the whole transaction that the text belongs to.
 */
function complaintsAbout(
  calls: readonly SystemCall[],
  { marker, outputId }: { marker: string; outputId: number },
): string[] {
  const log = '/remotes.db-wal';
  const written = calls.find(
    (call) => writes.includes(call.name) && isOnFile(call, log) && call.given.includes(marker),
  );
  const said = calls.find(
    ({ name, given }) =>
      writes.includes(name) && given.includes('HTTP/1.1 201') && given.includes(`{\\"id\\":${outputId}}`),
  );
  if (!written || !said) return [`${marker}: ${written ? 'never answered' : 'never written'}`];
  const synced = firstSyncAfter(calls, log, written.endedAt);
  return synced && synced.endedAt < said.beganAt ? [] : [`${marker}: said to be stored before it was synced`];
}

function underStrace(trace: string): string[] {
  // Whole pages of the log are looked into; without the filter in the kernel it would take minutes.
  return [
    strace ?? '',
    '-f',
    '--seccomp-bpf',
    '-y',
    '-s',
    '9000',
    '-e',
    `trace=${traced}`,
    '-e',
    'signal=none',
    '-o',
    trace,
  ];
}

function fleetOf(commands: number): string {
  const entries = Array.from(
    { length: commands },
    (_, index) => `{name: c${index}, order: ${index}, command: "print(1)"}`,
  );
  return `commands_groups: [{name: all, hosts_group: All hosts, order: 1, commands: [${entries.join(', ')}]}]`;
}
