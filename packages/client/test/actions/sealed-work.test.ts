import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  cut,
  type FakeSealedServer,
  holdBack,
  type Meddling,
  newKey,
  refuseWith,
  startFakeSealedServer,
  succeed,
} from '../fake-sealed-server.ts';
import { type FakeWork, offerWork, refusal } from '../fake-work.ts';
import { until } from '../host/until.ts';
import { runClient, startClient } from '../run-client.ts';
import { makePinnedHost, type PinnedHost } from '../session/pinned-host.ts';
import { canMount, mountSmallDisk } from '../small-disk.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
let work: FakeWork;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makePinnedHost(fake);
  work = offerWork(fake, host);
});
afterEach(() => fake.close());

const args = (action: string, ...more: string[]) => [`--action=${action}`, '-S', host.settings, ...more];
const act = (action: string, ...more: string[]) => runClient(args(action, ...more));
const hashOfManifest = ({ manifest }: GiveRun) => sha256Hex(canonicalJson(manifest));
const saidTypes = () => fake.said.map(({ type }) => type);
/** Leaves a mark each time that it is executed. */
const marking = (text = 'x') => `printf ${text} >> ${join(host.folder, 'marks')}; echo done`;
/** Prints 200,000 bytes and returns 9,000. */
const long = `head -c 200000 /dev/zero | tr "\\0" a; printf '["%s"]' "$(head -c 9000 /dev/zero | tr "\\0" y)" > "$REMOTES_RESULT"`;
const marks = () => readFile(join(host.folder, 'marks'), 'utf8').catch(() => '');

describe('commands_process with a pinned server', () => {
  test('claims, executes in order, reports each run signed, and claims the rest along with the last report', async () => {
    const first = work.give({ wireNumber: 9, program: `${marking('a')}; echo oops >&2` });
    work.due.push(
      [first, work.give({ wireNumber: 4, program: `${marking('b')}; exit 3` })],
      [work.give({ wireNumber: 5, program: marking('c') })],
    );
    const { code, stdout, stderr } = await act('commands_process');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(await marks()).toBe('abc');
    expect(saidTypes().join()).toBe(
      'prove,hello,claim,output,output,finished,output,finished,claim,output,finished',
    );
    const printed = JSON.parse(stdout);
    expect(Object.keys(printed)).toEqual(['status', 'results', 'commands_results']);
    expect(printed.results.map(({ command }: { command: number }) => command)).toEqual([9, 4, 5]);
    expect(work.finished.map(({ said }) => [said.ending, said.exit_code])).toEqual([
      ['exited', 0],
      ['exited', 3],
      ['exited', 0],
    ]);
    expect(work.finished[0]).toMatchObject({
      stdout: 'done\n',
      stderr: 'oops\n',
      said: { server: fake.serverId, host: first.leaf.host, manifest_sha256: hashOfManifest(first) },
    });
    expect(printed.commands_results[4]).toMatchObject({
      ...{
        id: 4,
        name: 'command 4',
        stdout: 'done\n',
        output: { status: 'OK' },
        ending: 'failed',
        exit_code: 3,
      },
      ...{ is_stored: true, run: work.finished[1]?.run, attempt: 1, signed_by: fake.signing.fingerprint },
    });
    expect(fake.asked.filter(({ path }) => path.startsWith('/api/'))).toEqual([]);
  });

  test('says of an interpreter that it does not know that it is missing, and goes on (it refused the whole answer)', async () => {
    work.due.push([
      work.give({ wireNumber: 1, interpreter: 'lua', program: 'x' }),
      work.give({ wireNumber: 2, program: marking('a') }),
    ]);
    expect(await act('commands_process')).toMatchObject({ code: 0 });
    expect(work.finished.map(({ said }) => [said.ending, said.reason])).toEqual([
      ['not_started', 'interpreter_missing'],
      ['exited', null],
    ]);
    expect(await marks()).toBe('a');
  });

  test.each([409, 410, 400])(
    'reports again after a forged %i for the last report of a batch, and claims the rest behind a hello (it was lost)',
    async (status) => {
      work.giveAgain = (given) => given;
      work.due.push(
        [work.give({ wireNumber: 1, program: marking('a') })],
        [work.give({ program: marking('b') })],
      );
      fake.meddle('honest', { after: refuseWith(status) });
      expect(await act('commands_process')).toMatchObject({ code: 0, stderr: '' });
      expect(await marks()).toBe('ab');
      expect(
        saidTypes()
          .filter((type) => type !== 'output' && type !== 'prove')
          .join(),
      ).toBe('hello,claim,finished,claim,finished,hello,claim,finished');
    },
  );

  test('neither begins nor refuses the rest of a batch once the server has another signing key, and says hello (the rest ended there)', async () => {
    const next = newKey();
    const runs = ['a', 'b', 'c'].map((text, index) => ({ wireNumber: index + 1, program: marking(text) }));
    work.due.push(runs.map((run) => work.give(run)));
    work.giveAgain = ({ run, wire_number: wireNumber, program }) =>
      work.give({ run, wireNumber, program, signing: next });
    const rotate: Meddling = (answer, response) => {
      fake.signer = next;
      fake.proof = (proof) => ({ ...proof, successions: [succeed(fake.serverId, fake.signing, next)] });
      fake.forget('sessions');
      return refuseWith(410)(answer, response);
    };
    fake.meddle('honest', { before: rotate });
    const { code, stdout } = await act('commands_process');
    expect([code, work.refused, await marks()]).toEqual([0, [], 'abc']);
    expect(
      saidTypes()
        .filter((type) => type !== 'output')
        .join(),
    ).toBe('prove,hello,claim,prove,finished,hello,claim,finished,finished');
    const printed = JSON.parse(stdout);
    expect(printed.results.map(({ command }: { command: number }) => command)).toEqual([1, 2, 3]);
    expect([1, 2, 3].map((id) => printed.commands_results[id].signed_by)).toEqual([
      fake.signing.fingerprint,
      next.fingerprint,
      next.fingerprint,
    ]);
  });

  test('prints nothing secret of what it was given', async () => {
    work.due.push([
      work.give({ program: 'echo fine', settings: { password: 'hunter2' }, variables: { pin: '4711' } }),
    ]);
    const { stdout, stderr } = await act('commands_process');
    expect(stdout + stderr).not.toMatch(/hunter2|4711|echo fine/);
  });

  test('with nothing to do prints an empty object of results', async () => {
    const { code, stdout } = await act('commands_process');
    expect(code).toBe(0);
    expect(stdout).toBe('{\n  "status": "OK",\n  "results": [],\n  "commands_results": {}\n}\n');
    expect(saidTypes()).toEqual(['prove', 'hello', 'claim']);
  });

  test('says in its hello what this machine is, and which journal it has', async () => {
    await act('commands_process');
    await act('commands_process');
    const [first, second] = work.hellos;
    expect(first).toMatchObject({
      held: [],
      journal: { is_intact: true },
      facts: { client_version: '0.1.0' },
    });
    expect(second?.journal.id).toBe(first?.journal.id);
  });

  test('shows a refusal as v1 would, and exits with 2', async () => {
    fake.answer('claim', () => [refusal('claim', 'host_disabled')]);
    const { code, stdout } = await act('commands_process');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ detail: 'The fake says host_disabled.', results: [] });
  });

  test('exits with 3 for a failed command where that was asked for', async () => {
    work.due.push([work.give({ program: 'exit 7' })]);
    expect(await act('commands_process', '--fail-on-error')).toMatchObject({ code: 3 });
  });

  test('a SIGTERM lets the current run finish and begins no other; the next hello says that the other is not held', async () => {
    const started = join(host.folder, 'started');
    work.due.push([
      work.give({ program: `touch ${started}; sleep 0.5; ${marking()}` }),
      work.give({ program: marking('y') }),
    ]);
    const running = startClient(args('commands_process'));
    await until('the program runs', () =>
      readFile(started).then(
        () => true,
        () => false,
      ),
    );
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 1 });
    expect([await marks(), work.finished.length]).toEqual(['x', 1]);
    await act('commands_process');
    expect(work.hellos[1]?.held).toEqual([]);
    expect(await marks()).toBe('x');
  });

  test('fits a report to what the welcome allows before it is signed: outputs are cut in the middle, the result stays', async () => {
    Object.assign(work.welcome, { report_limit_bytes: 100_000 });
    work.due.push([work.give({ program: long })]);
    expect(await act('commands_process')).toMatchObject({ code: 0, stderr: '' });
    const [report] = work.finished;
    expect(report?.stdout).toMatch(/^a+\n\[\.\.\. \d+ bytes cut here \.\.\.\]\na+$/);
    expect(report?.said.stdout.bytes).toBeGreaterThan(80_000);
    expect(report?.said.stdout.cut_bytes).toBeGreaterThan(100_000);
    expect(JSON.parse(report?.result ?? '')).toEqual(['y'.repeat(9000)]);
    for (const { body } of fake.asked) expect(body.length).toBeLessThan(100_000 + 65_536);
  });

  test('keeps a report whole after a forged 413, says so, does the next run, and delivers it later (outputs and result were destroyed)', async () => {
    const [first, second] = [
      work.give({ wireNumber: 1, program: long }),
      work.give({ wireNumber: 2, program: marking() }),
    ];
    work.due.push([first, second]);
    fake.meddle('honest', { before: refuseWith(413) });
    const { code, stderr, stdout } = await act('commands_process');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /result of command 1 is not stored: .*takes no request of this length .*kept whole/,
    );
    expect(JSON.parse(stdout).commands_results[1]).toMatchObject({ is_stored: false });
    expect([work.finished.map(({ run }) => run), await marks()]).toEqual([[second.run], 'x']);
    const sizes = () => fake.asked.map(({ body }) => body.length).filter((size) => size > 100_000);
    expect(sizes()).toHaveLength(1);
    fake.meddle('honest', { before: refuseWith(413) });
    expect((await act('commands_process')).stderr).toContain('is not stored');
    expect(await act('commands_process')).toMatchObject({ code: 0 });
    const report = work.finished.find(({ run }) => run === first.run);
    expect(report).toMatchObject({ stdout: 'a'.repeat(200_000), said: { stdout: { cut_bytes: 0 } } });
    expect(JSON.parse(report?.result ?? '')).toEqual(['y'.repeat(9000)]);
    // It was the same each time.
    expect([sizes().length, new Set(sizes()).size]).toEqual([3, 1]);
  });
});

describe('a run that is not what the server has signed, or not for now, is refused with its own code and never executed', () => {
  const year = 365 * 86_400_000;
  const altered = (change: (given: GiveRun) => Partial<GiveRun>) => () => {
    const given = work.give({ program: marking(), others: [1, 2], settings: { a: 'b' } });
    return { ...given, ...change(given) };
  };
  const given = (order: object) => () => work.give({ program: marking(), ...order });

  test.each<[string, string, () => GiveRun]>([
    ['manifest_unsigned', 'signed by somebody else', given({ signing: newKey() })],
    [
      'manifest_unsigned',
      'with more time',
      altered(({ manifest }) => ({ manifest: { ...manifest, timeout_ms: 9e9 } })),
    ],
    ['manifest_of_other_server', 'of another server', given({ serverId: randomUUID() })],
    ['inclusion_unproved', 'with a forged path', altered(({ proof }) => ({ proof: proof.toReversed() }))],
    ['manifest_misaddressed', 'for another host', given({ host: sha256Hex('another host') })],
    ['manifest_misaddressed', 'for another run', altered(() => ({ run: randomUUID() }))],
    ['program_altered', 'with another program', altered(() => ({ program: `${marking('evil')}` }))],
    ['inputs_altered', 'with other inputs', altered(() => ({ settings: { a: 'c' } }))],
    ['manifest_early', 'for later', given({ manifest: { not_before_ms: Date.now() + 600_000 } })],
    ['manifest_expired', 'for earlier', given({ manifest: { expires_at_ms: Date.now() - 1 } })],
  ])('%s: %s', async (code, _, make) => {
    const wrong = make();
    work.due.push([wrong, work.give({ wireNumber: 8, program: marking('good') })]);
    const ended = await act('commands_process');
    expect(await marks()).toBe('good');
    expect(work.refused).toEqual([{ type: 'refused', run: wrong.run, attempt: 1, code }]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`command 7: it was not executed: `);
    expect(ended.stderr).toContain(`(${code})`);
    expect(JSON.parse(ended.stdout).commands_results[7]).toMatchObject({
      refused: code,
      output: { status: 'ERROR' },
    });
    expect(work.finished).toHaveLength(1);
  });

  test('manifest_expired: judged by the server’s time, with this machine’s clock a year behind', async () => {
    fake.nowMs = () => Date.now() + year;
    work.due.push([
      work.give({ program: marking('old'), nowMs: Date.now() }),
      work.give({ wireNumber: 8, program: marking('good') }),
    ]);
    await act('commands_process');
    expect(work.refused.map(({ code }) => code)).toEqual(['manifest_expired']);
    expect(await marks()).toBe('good');
  });

  test('manifest_early: judged by the server’s time, with this machine’s clock a year ahead', async () => {
    fake.nowMs = () => Date.now() - year;
    work.due.push([
      work.give({ program: marking('soon'), nowMs: Date.now() }),
      work.give({ program: marking('good') }),
    ]);
    await act('commands_process');
    expect(work.refused.map(({ code }) => code)).toEqual(['manifest_early']);
    expect(await marks()).toBe('good');
  });

  test.each([
    ['ten minutes forward', 600_000],
    ['two days back', -2 * 86_400_000],
  ])(
    'not for a step of the server’s clock by %s after its welcome (each run was refused for good)',
    async (_, step) => {
      fake.nowMs = () => Date.now() + (saidTypes().includes('claim') ? step : 0);
      const nowMs = Date.now() + step;
      work.due.push(
        [work.give({ program: marking('a'), nowMs })],
        [work.give({ wireNumber: 8, program: marking('b'), nowMs })],
      );
      expect(await act('commands_process')).toMatchObject({ code: 0 });
      expect(work.refused).toEqual([]);
      expect(await marks()).toBe('ab');
    },
  );

  test('manifest_expired: also when somebody holds the answer back until then', async () => {
    const heldMs = 300;
    fake.answer('claim', () => [
      work.give({ program: marking(), manifest: { expires_at_ms: fake.nowMs() + heldMs } }),
      { type: 'claimed', runs: 1, has_more: false, time_ms: fake.nowMs() },
    ]);
    fake.meddle({ after: holdBack(heldMs + 100) });
    await act('commands_process');
    expect(work.refused.map(({ code }) => code)).toEqual(['manifest_expired']);
    expect(await marks()).toBe('');
  });

  test('manifest_replayed: the same run again, in one batch, in the next and after a new start, an older attempt too', async () => {
    const run = randomUUID();
    const second = work.give({ program: marking(), run, attempt: 2 });
    work.due.push([second, second], [second]);
    await act('commands_process');
    work.due.push([second, work.give({ program: marking(), run, attempt: 1 })]);
    const { code, stderr } = await act('commands_process');
    expect(code).toBe(1);
    expect(stderr).toContain('it has begun here before (manifest_replayed)');
    expect(await marks()).toBe('x');
    expect(work.refused.map(({ attempt, code }) => [attempt, code])).toEqual([
      [2, 'manifest_replayed'],
      [2, 'manifest_replayed'],
      [2, 'manifest_replayed'],
      [1, 'manifest_replayed'],
    ]);
    work.due.push([work.give({ program: marking('y'), run, attempt: 3 })]);
    await act('commands_process');
    expect(await marks()).toBe('xy');
  });
});

describe('what could not be delivered', () => {
  test('is held and said in the next hello, reported again, and not run again', async () => {
    const given = work.give({ program: marking() });
    work.due.push([given, work.give({ program: marking('not yet') })]);
    fake.meddle('honest', { before: cut });
    const first = await act('commands_process');
    expect(first.code).toBe(1);
    expect(JSON.parse(first.stdout).commands_results[7]).toMatchObject({
      is_stored: false,
      ending: 'succeeded',
    });
    expect(work.finished).toEqual([]);
    const second = await act('commands_process');
    expect(second).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('was run before, succeeded: stored now'),
    });
    expect(work.hellos[1]?.held).toEqual([{ run: given.run, attempt: 1, state: 'finished' }]);
    const said = { exit_code: 0, manifest_sha256: hashOfManifest(given) };
    expect(work.finished).toMatchObject([{ run: given.run, stdout: 'done\n', said }]);
    await act('commands_process');
    expect([work.hellos[2]?.held, await marks()]).toEqual([[], 'x']);
  });

  test('is stored once when only the answer was lost', async () => {
    work.due.push([work.give({ program: marking() })]);
    fake.meddle('honest', { after: cut });
    await act('commands_process');
    await act('commands_process');
    const [one, other] = work.finished;
    expect(other?.statement).toBe(one?.statement);
    expect([work.finished.length, await marks()]).toEqual([2, 'x']);
  });

  test.each(['not_this_hosts_run', 'report_illegal', 'statement_invalid'])(
    'is forgotten when the server will never want it: %s',
    async (code) => {
      const given = work.give({ program: marking() });
      work.refusals.set(given.run, code);
      work.due.push([given]);
      expect(await act('commands_process')).toMatchObject({ code: 1 });
      await act('commands_process');
      expect(work.hellos[1]?.held).toEqual([]);
      work.due.push([given]);
      await act('commands_process');
      expect([work.refused[0]?.code, await marks()]).toEqual(['manifest_replayed', 'x']);
    },
  );

  test('is forgotten when the server does not know the run, and said', async () => {
    const given = work.give({ program: marking() });
    work.due.push([given]);
    fake.meddle('honest', { before: cut });
    await act('commands_process');
    Object.assign(work.welcome, { unknown: [given.run] });
    const { stderr } = await act('commands_process');
    expect(stderr).toContain('the server does not know this run');
    expect(work.finished).toEqual([]);
    await act('commands_process');
    expect(work.hellos[2]?.held).toEqual([]);
  });
});

describe('a server that was restored from a backup', () => {
  test('is told everything that ran, before it is asked for anything; what is held is reported after', async () => {
    const [one, two, three] = [1, 2, 3].map((wireNumber) => work.give({ wireNumber, program: marking() }));
    work.due.push([one!, two!, three!]);
    fake.meddle('honest', 'honest', 'honest', { before: cut });
    await act('commands_process');
    Object.assign(work.welcome, { wants_past: true, unknown: [three!.run] });
    fake.said.length = 0;
    const { stderr } = await act('commands_process');
    expect(stderr).toContain('did not know 3 of the 3 runs of this host');
    expect(
      work.told.map(({ run, job, wire_number, state, exit_code }) => [
        run,
        job,
        wire_number,
        state,
        exit_code,
      ]),
    ).toEqual([
      [one!.run, one!.manifest.job, 1, 'succeeded', 0],
      [two!.run, two!.manifest.job, 2, 'succeeded', 0],
      [three!.run, three!.manifest.job, 3, 'interrupted', null],
    ]);
    expect(saidTypes().join()).toBe('prove,hello,ran,output,finished,claim');
    expect(work.finished.map(({ run }) => run)).toEqual([one!.run, two!.run, three!.run]);
    expect(await marks()).toBe('xxx');
  });

  test('is told by a host that has never run anything that this is so', async () => {
    Object.assign(work.welcome, { wants_past: true });
    work.due.push([work.give({ program: marking() })]);
    const { stderr, code } = await act('commands_process');
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(saidTypes().join()).toBe('prove,hello,claim,ran,claim,output,finished');
    expect(await marks()).toBe('x');
  });
});

describe('a program that runs for long', () => {
  test('is said to run after a second and then as often as the server wants, and not when it is short', async () => {
    work.due.push([work.give({ program: 'exit 0' }), work.give({ program: 'sleep 2.5' })]);
    await act('commands_process');
    const run = work.finished[1]?.run;
    expect(work.started.map((started) => started.run)).toEqual([run, run]);
  });

  test('is ended, with all that it started, when the server says stop', async () => {
    const given = work.give({ program: `sleep 50 & sleep 50; ${marking()}` });
    work.stopAsked.add(given.run);
    work.due.push([given, work.give({ wireNumber: 8, program: marking('next') })]);
    const { stdout, code } = await act('commands_process');
    expect(code).toBe(0);
    const [report] = work.finished;
    expect(report?.said).toMatchObject({
      ending: 'stopped',
      message: 'The program was ended as an operator has stopped this run.',
    });
    expect(JSON.parse(stdout).commands_results[7]).toMatchObject({ ending: 'stopped' });
    expect(await marks()).toBe('next');
  });

  test('goes on while the server can’t be reached, and is reported when it ends', async () => {
    work.due.push([work.give({ program: `sleep 2.5; ${marking()}` })]);
    fake.meddle('honest', { before: cut }, { before: refuseWith(503) });
    expect(await act('commands_process')).toMatchObject({ code: 0 });
    expect([work.finished.length, await marks()]).toEqual([1, 'x']);
  });
});

describe('command_get with a pinned server', () => {
  test('claims that command and no other, and exits as it does', async () => {
    work.due.push([work.give({ wireNumber: 12, program: `${marking()}; exit 5` })]);
    const { code, stdout } = await act('command_get', '--command=12');
    expect(code).toBe(5);
    expect(work.claims).toEqual([{ type: 'claim', limit: 1, wire_number: 12 }]);
    expect(JSON.parse(stdout)).toMatchObject({ id: 12, name: 'command 12', stdout: 'done\n', exit_code: 5 });
  });

  test('says that a command is not due, and exits with 1', async () => {
    const { code, stdout, stderr } = await act('command_get', '--command=12');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'remotes-client: command 12: it is not due on this host\n',
    });
    expect(JSON.parse(stdout)).toEqual({ detail: 'Not found.' });
  });

  test('refuses what is not signed, and exits with 1', async () => {
    work.due.push([work.give({ wireNumber: 12, program: marking(), signing: newKey() })]);
    const { code, stdout } = await act('command_get', '--command=12');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ id: 12, refused: 'manifest_unsigned' });
    expect(await marks()).toBe('');
  });
});

describe('commands_list with a pinned server', () => {
  test('prints what is due as v1 does, and nothing is given by it', async () => {
    work.due.push([work.give({ wireNumber: 3, program: marking() })]);
    const { code, stdout } = await act('commands_list');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ status: 'OK', results: [{ group: 1, command: 3 }] });
    expect(saidTypes()).toEqual(['prove', 'commands_list']);
  });

  test('shows a refusal with empty results, and exits with 2', async () => {
    fake.answer('commands_list', () => [refusal('commands_list', 'host_disabled')]);
    const { code, stdout } = await act('commands_list');
    expect({ code, printed: JSON.parse(stdout) }).toEqual({
      code: 2,
      printed: { detail: 'The fake says host_disabled.', results: [] },
    });
  });
});

describe('commands_monitor with a pinned server', () => {
  const monitor = () => startClient(args('commands_monitor', '--interval=0.05'));
  const claims = (count: number) => until(`${count} claims`, async () => work.claims.length >= count);

  test('says hello once, and then costs one message a round', async () => {
    const running = monitor();
    await claims(5);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(saidTypes().slice(0, 6)).toEqual(['prove', 'hello', 'claim', 'claim', 'claim', 'claim']);
    expect(fake.handshakes).toBe(1);
  });

  test('says hello again after an answer was lost, and what was lost with it is given again', async () => {
    const running = monitor();
    await claims(2);
    work.due.push([work.give({ program: marking('lost') })]);
    fake.meddle({ after: cut });
    await until('a second hello', async () => work.hellos.length >= 2);
    expect(work.hellos.at(-1)?.held).toEqual([]);
    work.due.push([work.give({ program: marking('given') })]);
    await running.says(/command 7 "command 7": succeeded after .* stored/);
    running.child.kill('SIGTERM');
    await running.ended;
    expect(await marks()).toBe('given');
  });

  test('says hello again when hands were shaken anew', async () => {
    const running = monitor();
    await claims(2);
    fake.forget('sessions');
    await until('a second hello', async () => work.hellos.length >= 2);
    running.child.kill('SIGTERM');
    await running.ended;
  });

  test.each([409, 410, 400])(
    'says hello at once after a forged %i for a claim, and is given again what was lost with its answer (it was lost for good)',
    async (status) => {
      work.giveAgain = (given) => given;
      const running = monitor();
      await claims(2);
      work.due.push([work.give({ program: marking() })]);
      fake.meddle({ after: refuseWith(status) });
      await running.says(/command 7 "command 7": succeeded after .* stored/);
      running.child.kill('SIGTERM');
      const { stderr } = await running.ended;
      expect(stderr).not.toMatch(/fault|may have been given/);
      expect([work.hellos.length, await marks()]).toEqual([2, 'x']);
    },
  );

  test('asks again later where each answer to a claim is kept from it, and says so', async () => {
    work.giveAgain = (given) => given;
    const running = monitor();
    await claims(2);
    work.due.push([work.give({ program: marking() })]);
    const forged = { after: refuseWith(410) };
    fake.meddle(forged, forged, forged, forged, forged, forged);
    await running.says(/ends each session as soon as it began/);
    await running.says(/command 7 "command 7": succeeded after .* stored/);
    running.child.kill('SIGTERM');
    expect((await running.ended).stderr).not.toContain('fault');
    expect(await marks()).toBe('x');
  });

  test('logs what it refuses, with the code, and goes on', async () => {
    const running = monitor();
    work.due.push([work.give({ program: marking('evil'), signing: newKey() })]);
    await running.says(/command 7: it was not executed: .*\(manifest_unsigned\)/);
    work.due.push([work.give({ program: marking('good') })]);
    await running.says(/succeeded after/);
    running.child.kill('SIGTERM');
    await running.ended;
    expect(await marks()).toBe('good');
  });
});

describe.skipIf(!canMount)('while the disk is full', () => {
  test('nothing is claimed, hello is said all the same, and one sentence says why', async () => {
    const disk = mountSmallDisk();
    const options = { env: { REMOTES_JOURNAL: join(disk.path, 'journal') } };
    await runClient(args('commands_process'), options);
    // Without the room that it had kept for a run.
    const journal = join(disk.path, 'journal', 'journal');
    await writeFile(journal, `${(await readFile(journal, 'utf8')).trimEnd()}\n`);
    disk.fill();
    work.due.push([work.give({ program: marking() })]);
    const ended = await runClient(args('commands_process'), options);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('the disk is full') });
    expect([work.hellos.length, work.claims.length, await marks()]).toEqual([2, 1, '']);
    disk.free();
    expect(await runClient(args('commands_process'), options)).toMatchObject({ code: 0 });
    expect(await marks()).toBe('x');
  });
});
