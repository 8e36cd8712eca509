import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crashPoints, sealedCrashPoints } from '../src/crash-point.ts';
import { type FakeSealedServer, startFakeSealedServer } from './fake-sealed-server.ts';
import { type FakeWork, offerWork } from './fake-work.ts';
import { runClient, startClient } from './run-client.ts';
import { makePinnedHost, type PinnedHost } from './session/pinned-host.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
let work: FakeWork;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makePinnedHost(fake);
  work = offerWork(fake, host);
});
afterEach(() => fake.close());

const process_ = (crashAt?: string) =>
  runClient(['--action=commands_process', '-S', host.settings], {
    env: crashAt === undefined ? {} : { REMOTES_CRASH_AT: crashAt },
  });

describe('killed at any point, a client of the sealed protocol runs nothing twice and loses no result', () => {
  test.each([...crashPoints, ...sealedCrashPoints])('%s', async (point) => {
    const path = join(host.folder, 'marks');
    const marks = () => readFile(path, 'utf8').catch(() => '');
    const given = work.give({ program: `printf x >> ${path}; echo output` });
    work.due.push([given]);
    const killed = await process_(point);
    expect(killed.signal, 'the point was visited').toBe('SIGKILL');
    const wasRunBefore = (await marks()) === 'x';
    const wasStored = work.finished.length === 1;

    // A server gives again what the host does not say that it holds, unless it was reported.
    const isRequeued = point === 'claimed' || point === 'journal-before-begin';
    if (isRequeued) work.due.push([given]);
    expect(await process_()).toMatchObject({ code: 0 });
    const states = { 'journal-begun': 'begun', 'program-ended': 'begun', claimed: undefined } as const;
    const state = point in states ? states[point as keyof typeof states] : 'finished';
    const isHeld = !isRequeued && point !== 'journal-stored';
    expect(work.hellos[1]?.held).toEqual(isHeld ? [{ run: given.run, attempt: 1, state }] : []);
    expect(await marks()).toBe(isRequeued || wasRunBefore ? 'x' : '');
    const isKnown = state !== 'begun';
    expect(work.finished.at(-1)?.said).toMatchObject(
      isKnown ? { ending: 'exited', exit_code: 0 } : { ending: 'interrupted', reason: 'client_ended' },
    );
    if (wasStored && isHeld) expect(work.finished[1]?.statement).toBe(work.finished[0]?.statement);

    // Whatever the server says, it is never begun again.
    work.due.push([given]);
    expect(await process_()).toMatchObject({ code: 1 });
    expect(work.hellos[2]?.held).toEqual([]);
    expect(work.refused).toMatchObject([{ code: 'manifest_replayed' }]);
    expect(await marks()).toBe(isRequeued || wasRunBefore ? 'x' : '');
  });
});

describe('killed at any point, a client at the live channel runs nothing twice and loses no result', () => {
  const run = (crashAt?: string) =>
    startClient(['--action=run', '-S', host.settings], {
      env: crashAt === undefined ? {} : { REMOTES_CRASH_AT: crashAt },
    });

  test.each([...crashPoints, ...sealedCrashPoints])('%s', async (point) => {
    fake.endpoints.channel = '/sealed/channel/';
    const path = join(host.folder, 'marks');
    const marks = () => readFile(path, 'utf8').catch(() => '');
    const given = { ...work.give({ program: `printf x >> ${path}; echo output` }), group: 0 };
    const killed = run(point);
    await expect.poll(() => work.hellos.length).toBe(1);
    fake.channel.last().push(given);
    expect((await killed.ended).signal, 'the point was visited').toBe('SIGKILL');
    const wasRunBefore = (await marks()) === 'x';

    const again = run();
    await expect.poll(() => work.hellos.length).toBe(2);
    const isRequeued = point === 'claimed' || point === 'journal-before-begin';
    expect(work.hellos[1]?.held.length).toBe(isRequeued || point === 'journal-stored' ? 0 : 1);
    if (isRequeued) fake.channel.last().push(given);
    const isKnown = point !== 'journal-begun' && point !== 'program-ended';
    await expect
      .poll(() => work.finished.at(-1)?.said)
      .toMatchObject(
        isKnown ? { ending: 'exited', exit_code: 0 } : { ending: 'interrupted', reason: 'client_ended' },
      );
    // Whatever the server says, it is never begun again.
    fake.channel.last().push(given);
    await expect.poll(() => work.refused).toMatchObject([{ code: 'manifest_replayed' }]);
    again.child.kill('SIGTERM');
    expect(await again.ended).toMatchObject({ code: 0 });
    expect(await marks()).toBe(isRequeued || wasRunBefore ? 'x' : '');
  });
});
