import { describe, expect, onTestFinished, test } from 'vitest';
import golden from '../../../protocol/test/golden/sealed-capability-1.json' with { type: 'json' };
import { sayFinished, sayOutput, sayStarted } from '../channel/channel-report.ts';
import { openDatabase } from '../databases.ts';
import { dispatch } from '../domain/jobs/dispatching.ts';
import { openSealedHost } from '../sealed-host.ts';
import { openDoor } from './open-door.ts';

const known = new Set(golden.messages.server.map(({ type }) => type));
/** What capability 2 has added to messages that were there. */
const added = ['welcome.beside_limit', 'welcome.streams', 'run.time_ms'];
const hello = {
  type: 'hello',
  capability: 1,
  facts: { hostname: 'a', os: 'linux', os_release: '6.1', architecture: 'x64', client_version: '0.1.0' },
  boot: 'boot 1',
  journal: { id: '0192f000-0000-7000-8000-000000000006', is_intact: true },
  held: [],
};

describe('a host of capability 1, over HTTP', () => {
  test('claims and reports as before, and hears nothing that it does not know', async () => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const { url, mind, addToken } = await openDoor(database);
    const host = await openSealedHost(url);
    await host.enter(await addToken());
    const heard = [...(await host.tell(hello, { type: 'ran', runs: [], is_last: true }))];
    await dispatch(mind.storage, {});
    const claimed = await host.tell({ type: 'claim', limit: 1 });
    const given = claimed.find(({ type }) => type === 'run');
    if (given?.type !== 'run') throw new Error(JSON.stringify(claimed));
    const at = { keys: host.keys, server: host.session.proof.server };
    heard.push(...claimed, ...(await host.tell(sayStarted(given))));
    heard.push(
      ...(await host.tell(
        ...sayOutput(given, ['one ', 'two']),
        sayFinished(at, given, { stdout: 'one two' }),
      )),
    );
    expect(heard.map(({ type }) => type)).toEqual(['welcome', 'recalled', 'run', 'claimed', 'stored']);
    const members = heard.flatMap((message) => Object.keys(message).map((name) => `${message.type}.${name}`));
    expect(members.filter((name) => added.includes(name))).toEqual([]);
    expect(heard.filter(({ type }) => !known.has(type))).toEqual([]);
    expect(await mind.storage.tables.runs.byId(given.run)).toMatchObject({ state: 'succeeded' });
  });
});
