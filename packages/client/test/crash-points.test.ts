import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crashPoints } from '../src/crash-point.ts';
import { type FakeServer, startFakeServer } from './fake-v1-server.ts';
import { type Host, makeHost, runClient } from './run-client.ts';

let server: FakeServer;
let host: Host;
beforeEach(async () => {
  server = await startFakeServer({ hasRecorded: false });
  host = await makeHost(server.url, 'verified');
});
afterEach(() => server.close());

const process_ = (crashAt?: string) =>
  runClient(['--action=commands_process', '-S', host.settings], {
    env: crashAt === undefined ? {} : { REMOTES_CRASH_AT: crashAt },
  });

describe('killed at any point, a client runs nothing twice and loses no result', () => {
  test.each(crashPoints)('%s', async (point) => {
    const marks = join(host.folder, 'marks');
    server.offer(1, { command: `open(${JSON.stringify(marks)}, 'a').write('x')\nprint("output")` });
    const killed = await process_(point);
    expect(killed.signal, 'the point was visited').toBe('SIGKILL');
    const wasRunBefore = (await readFile(marks, 'utf8').catch(() => '')) === 'x';
    expect(await process_()).toMatchObject({ code: 0 });
    const stored = server.stored.get(1) ?? [];
    expect(stored).toHaveLength(1);
    const isKnown = point !== 'journal-begun' && point !== 'program-ended';
    if (isKnown) expect(stored[0]?.output).toBe('output\n');
    else expect(stored[0]?.result).toMatch(/^interrupted: /);
    const isRun = isKnown || wasRunBefore;
    expect(await readFile(marks, 'utf8').catch(() => '')).toBe(isRun ? 'x' : '');
    expect(await process_()).toMatchObject({ code: 0 });
    expect(server.stored.get(1)).toHaveLength(1);
  });
});
