import { hostMessages } from '@remotes/protocol/messages';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openChannelHost } from '../channel-host.ts';
import { openDatabase } from '../databases.ts';
import { dispatch } from '../domain/jobs/dispatching.ts';
import type { Said } from '../sealed-host.ts';
import { openChannelDoor } from './channel-door.ts';
import { sayFinished, sayOutput, sayStarted } from './channel-report.ts';

const types = Object.keys(hostMessages);

test('whatever a host says in the shape of messages is answered, and its connection goes on', async () => {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const door = await openChannelDoor(database);
  const host = await openChannelHost(door.url, await door.enrol());
  await host.enter();
  await dispatch(door.mind.storage, {});
  const [run] = await host.given('run');
  const honest = [
    sayStarted(run!),
    ...sayOutput(run!, ['a', 'b']),
    ...sayOutput(run!, ['c'], { stream: 'stderr', from: 3 }),
    { type: 'refused', run: run!.run, attempt: 1, code: 'journal_full' },
    sayFinished(host, { run: run!.run, attempt: 7 }, { stdout: 'ab' }),
    sayFinished(host, { run: crypto.randomUUID(), attempt: 1 }),
    { type: 'host_status' },
    { type: 'ran', runs: [], is_last: true },
  ] as Said[];
  const odd = fc
    .tuple(
      fc.constantFrom(...types, 'unheard_of'),
      fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }),
    )
    .map(([type, members]): Said => ({ ...members, bytes: 0, type }));
  const said = fc.array(fc.oneof(odd, fc.constantFrom(...honest)), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(said, async (messages) => {
      for (const answer of await host.say(...messages)) {
        expect(['refusal', 'stored', 'host', 'recalled', 'stop']).toContain(answer.type);
        if (answer.type === 'refusal') expect(answer.code).not.toBe('internal');
      }
    }),
    { numRuns: 100 },
  );
  expect(host.webSocket.readyState).toBe(host.webSocket.OPEN);
});
