import type { GiveRun } from '@remotes/protocol/messages/claim';
import { describe, expect, test } from 'vitest';
import { sealSetting } from '../../src/domain/secret-setting.ts';
import { openChannelHost } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { dispatch } from '../domain/jobs/dispatching.ts';
import { openChannelDoor } from './channel-door.ts';
import { sayFinished, sayOutput } from './channel-report.ts';

describe('output on the live channel', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openChannelDoor(database, { limits: { outputBytes: 40 } });
      const keys = await door.enrol();
      const host = await openChannelHost(door.url, keys);
      await host.enter();
      await dispatch(door.mind.storage, {});
      const [run] = await host.given('run');
      const { tables } = database.storage;
      const rowOf = async ({ run: id }: Pick<GiveRun, 'run'>) => (await tables.runs.byId(id))!;
      const shown = async () =>
        (await tables.outputs.chunks((await rowOf(run!)).number)).map(({ bytes }) =>
          String(Buffer.from(bytes)),
        );
      return { ...door, keys, host, run: run!, rowOf, shown };
    };

    test('hides secrets while it is shown, where a piece ends within one too', async () => {
      const { host, run, fleet, mind, rowOf, shown } = await begin();
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'password',
          description: '',
          value: sealSetting(mind.masterKey, 'password', 'hunter2-hunter2'),
          isSecret: true,
          isActive: true,
        }),
      );
      await host.say(...sayOutput(run, ['a hunter2-']));
      expect(await shown()).toEqual(['a ']);
      await host.say(...sayOutput(run, ['hunter2 b'], { from: 1 }));
      expect(await shown()).toEqual(['a ', '******** b']);
      const end = sayFinished(host, run, { stdout: 'a hunter2-hunter2 b' });
      expect(await host.say(end)).toMatchObject([{ type: 'stored' }]);
      expect(await rowOf(run)).toMatchObject({ isMasked: true, outputBytes: 12, state: 'succeeded' });
    });

    test('is kept up to the limit, however much is said', async () => {
      const { host, run, rowOf, shown } = await begin();
      const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);
      await host.say(...sayOutput(run, [text.slice(0, 12), text.slice(12, 60)]));
      expect(await shown()).toEqual([text.slice(0, 12), text.slice(12, 20)]);
      const end = sayFinished(host, run, { stdout: text });
      await host.say(...sayOutput(run, [text.slice(60)], { from: 2 }), end);
      expect((await shown()).join('')).toBe(
        `${text.slice(0, 20)}\n[64 bytes left out: the limit is 40 bytes a run]\n${text.slice(-20)}`,
      );
      expect(await rowOf(run)).toMatchObject({ outputBytes: 104, outputCutBytes: 64 });
    });

    test('of which another server was told since is said to this one from the beginning', async () => {
      const { host, run, keys, database, shown, rowOf } = await begin();
      await host.say(...sayOutput(run, ['a', 'b']));
      const { hostId } = await rowOf(run);
      const pieces = ['ab', 'c'].map((text) => ({ stream: 'stdout' as const, bytes: Buffer.from(text) }));
      const from = { stored: { chunks: 0, bytes: 0 }, chunks: pieces, bytes: 3 };
      await database.storage.decide('storeOutput', { hostId, runId: run.run, attempt: 1, ...from });
      expect(await shown()).toEqual(['ab', 'c']);

      host.webSocket.terminate();
      const held = [{ run: run.run, attempt: 1, state: 'begun' }];
      const back = await openChannelHost(host.url, keys);
      expect(await back.enter(held)).toMatchObject({ streams: [{ stdout: 2 }] });
      const end = sayFinished(back, run, { stdout: 'abcd' });
      const refused = [{ type: 'refusal', run: run.run, code: 'output_wanted' }];
      expect(await back.say(...sayOutput(run, ['cd'], { from: 2 }), end)).toMatchObject(refused);
      expect(await back.say(...sayOutput(run, ['ab', 'cd']), end)).toMatchObject([{ type: 'stored' }]);
      expect(await shown()).toEqual(['abcd']);
    });

    test('of somebody else is not stored', async () => {
      const { enrol, url, run, shown } = await begin();
      const stranger = await openChannelHost(url, await enrol());
      await stranger.enter();
      expect(await stranger.say(...sayOutput(run, ['x']))).toEqual([]);
      expect(await shown()).toEqual([]);
    });
  });
});
