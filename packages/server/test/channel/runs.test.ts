import type { GiveRun } from '@remotes/protocol/messages/claim';
import { describe, expect, test } from 'vitest';
import { serverAuthor } from '../../src/domain/operators/author.ts';
import { openChannelHost } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { dispatch } from '../domain/jobs/dispatching.ts';
import { openChannelDoor } from './channel-door.ts';
import { sayFinished, sayOutput, sayStarted } from './channel-report.ts';

const by = serverAuthor;

describe('a host on the live channel', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const door = await openChannelDoor(await open());
      const keys = await door.enrol();
      const { mind, fleet } = door;
      const connect = async (held: readonly object[] = []) => {
        const host = await openChannelHost(door.url, keys);
        return { host, welcome: await host.enter(held) };
      };
      const runOf = async ({ run }: Pick<GiveRun, 'run'>) => {
        const row = await mind.storage.tables.runs.byId(run);
        if (!row) throw new Error('There is no such run.');
        return row;
      };
      const outputOf = async (given: Pick<GiveRun, 'run'>) => {
        const chunks = await mind.storage.tables.outputs.chunks((await runOf(given)).number);
        return chunks
          .sort((one, other) => one.chunk - other.chunk)
          .map(({ stream, bytes }) => `${stream} ${Buffer.from(bytes)}`);
      };
      return { ...door, mind, fleet, keys, connect, runOf, outputOf };
    };

    test('is given standing runs one after the other, and ad-hoc ones beside them', async () => {
      const { mind, fleet, connect, runOf } = await begin();
      const first = await fleet.define();
      const second = await fleet.define();
      const { host, welcome } = await connect();
      expect(welcome).toMatchObject({ beside_limit: 8, streams: [], heartbeat_seconds: 30 });
      const [one] = await host.given('run');
      expect(one).toMatchObject({ wire_number: first, attempt: 1, time_ms: mind.clock() });
      expect(await runOf(one!)).toMatchObject({ state: 'delivered' });

      const job = await dispatch(mind.storage, {});
      const [, beside] = await host.given('run', 2);
      expect(beside).toMatchObject({ wire_number: job.wireNumber, group: 0 });
      expect(await host.say(sayStarted(one!))).toEqual([]);
      expect(await runOf(one!)).toMatchObject({ state: 'running' });
      expect(host.pushed).toHaveLength(2);

      expect(await host.say(sayFinished(host, one!))).toMatchObject([{ type: 'stored', run: one!.run }]);
      const [, , next] = await host.given('run', 3);
      expect(next).toMatchObject({ wire_number: second });
      expect(await runOf(one!)).toMatchObject({ state: 'succeeded', exitCode: 0 });
    });

    test('is given no more ad-hoc runs at once than it was granted', async () => {
      const { mind, connect } = await begin();
      const { host } = await connect();
      for (let index = 0; index < 10; index += 1) await dispatch(mind.storage, { name: `job ${index}` });
      const given = await host.given('run', 8);
      // Both are due by now: whatever is handed over goes out with the round that this one waits for.
      await host.say(sayStarted(given[0]!));
      expect(host.pushed).toHaveLength(8);
      await host.say(sayFinished(host, given[0]!));
      await host.given('run', 9);
    });

    test('hears of a stop at once, of one run as of a job', async () => {
      const { mind, connect, runOf } = await begin();
      const { host } = await connect();
      const jobs = [await dispatch(mind.storage, { name: 'a' }), await dispatch(mind.storage, { name: 'b' })];
      const [one, two] = await host.given('run', 2);
      await mind.storage.decide('stopRun', { run: one!.run, now: mind.clock(), by });
      expect(await host.given('stop')).toEqual([{ type: 'stop', run: one!.run, attempt: 1 }]);
      const other = jobs.find(({ wireNumber }) => wireNumber === two!.wire_number);
      await mind.storage.decide('stopJob', { id: other!.id, scope: null, by, now: mind.clock() });
      expect((await host.given('stop', 2))[1]).toMatchObject({ run: two!.run });
      await host.say(sayFinished(host, one!, { ending: 'stopped' }));
      expect(await runOf(one!)).toMatchObject({ state: 'stopped' });
      expect(host.pushed.filter(({ type }) => type === 'stop')).toHaveLength(2);
    });

    test('shows its output while it runs, and signs the whole of it', async () => {
      const { mind, connect, runOf, outputOf } = await begin();
      const { host } = await connect();
      await dispatch(mind.storage, {});
      const [run] = await host.given('run');
      await host.say(...sayOutput(run!, ['one\n', 'two\n']));
      expect(await outputOf(run!)).toEqual(['stdout one\n', 'stdout two\n']);
      expect(await runOf(run!)).toMatchObject({ state: 'delivered', outputBytes: 8 });
      await host.say(...sayOutput(run!, ['!\n'], { stream: 'stderr' }));
      const end = sayFinished(host, run!, { stdout: 'one\ntwo\nthree\n', stderr: '!\n' });
      const answer = await host.say(...sayOutput(run!, ['three\n'], { from: 2 }), end);
      expect(answer).toMatchObject([{ type: 'stored' }]);
      expect(await outputOf(run!)).toEqual(['stdout one\n', 'stdout two\n', 'stderr !\n', 'stdout three\n']);
      expect(await runOf(run!)).toMatchObject({ state: 'succeeded', outputBytes: 16 });
    });

    test('goes on where it was after a cut in the middle of output', async () => {
      const { mind, connect, outputOf } = await begin();
      const { host } = await connect();
      await dispatch(mind.storage, {});
      const [run] = await host.given('run');
      await host.say(...sayOutput(run!, ['a', 'b']));
      host.webSocket.terminate();
      const held = [{ run: run!.run, attempt: 1, state: 'begun' }];
      const again = await connect(held);
      expect(again.welcome.streams).toEqual([{ run: run!.run, attempt: 1, stdout: 2, stderr: 0 }]);
      const end = sayFinished(again.host, run!, { stdout: 'abc' });
      expect(await again.host.say(...sayOutput(run!, ['c'], { from: 2 }), end)).toMatchObject([
        { type: 'stored' },
      ]);
      expect(await outputOf(run!)).toEqual(['stdout a', 'stdout b', 'stdout c']);
      expect(again.host.pushed).toEqual([]);
    });

    test('says its output from the beginning to a server that has forgotten it', async () => {
      const { mind, connect, outputOf } = await begin();
      const { host } = await connect();
      await dispatch(mind.storage, {});
      const [run] = await host.given('run');
      await host.say(...sayOutput(run!, ['a', 'b']));
      mind.outputStreams.forget(run!);
      const end = sayFinished(host, run!, { stdout: 'abc' });
      const refused = { type: 'refusal', of: 'finished', run: run!.run, code: 'output_wanted' };
      expect(await host.say(...sayOutput(run!, ['c'], { from: 2 }))).toEqual([]);
      expect(await host.say(end)).toMatchObject([refused]);
      expect(await host.say(...sayOutput(run!, ['a', 'b', 'c']), end)).toMatchObject([{ type: 'stored' }]);
      expect(await outputOf(run!)).toEqual(['stdout abc']);
      expect(await host.say(...sayOutput(run!, ['a', 'b', 'c'])), 'said again').toEqual([]);
      expect(await host.say(end)).toMatchObject([{ type: 'stored' }]);
      expect(await outputOf(run!)).toEqual(['stdout abc']);
    });

    test('is not believed where its signature speaks of another output', async () => {
      const { mind, connect } = await begin();
      const { host } = await connect();
      await dispatch(mind.storage, {});
      const [run] = await host.given('run');
      const end = sayFinished(host, run!, { stdout: 'abd' });
      expect(await host.say(...sayOutput(run!, ['a', 'b', 'c']), end)).toMatchObject([
        { type: 'refusal', code: 'statement_invalid' },
      ]);
    });

    test('may say much before it is answered, and is answered in order', async () => {
      const { mind, connect, outputOf } = await begin();
      const { host } = await connect();
      await dispatch(mind.storage, {});
      const [run] = await host.given('run');
      const texts = Array.from({ length: 40 }, (_, index) => `${index}\n`);
      const numbers = texts.map((text, from) => host.send(...sayOutput(run!, [text], { from })));
      await host.answerTo(numbers.at(-1)!);
      expect(host.answered.map(({ answers }) => answers).slice(-40)).toEqual(numbers);
      expect((await outputOf(run!)).join('')).toBe(texts.map((text) => `stdout ${text}`).join(''));
    });

    test('is given again what was on its way when the connection broke', async () => {
      const { mind, connect } = await begin();
      const { host } = await connect();
      await dispatch(mind.storage, {});
      const [run] = await host.given('run');
      host.webSocket.terminate();
      const { host: again } = await connect();
      const [same] = await again.given('run');
      expect(same).toMatchObject({ run: run!.run, attempt: 1 });
    });
  });
});
