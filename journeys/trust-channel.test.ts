import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectChannel } from '../packages/server/test/channel-host.ts';
import { type ChannelMiddle, closing, opcodes, type Passing, startChannelMiddle } from './channel-middle.ts';
import { startClient } from './client-process.ts';
import { administer } from './server-process.ts';
import { applyPrograms, openTrustedFleet, registerHost } from './trusted-fleet.ts';

/** A host that is connected through somebody in the middle, on plain HTTP. */
async function openWatchedHost() {
  const fleet = await openTrustedFleet();
  const middle = await startChannelMiddle(() => fleet.server().url);
  const host = await registerHost(middle.url, fleet.database);
  const client = startClient(['--action=run', '--settings', host.settings]);
  onTestFinished(async () => {
    await client.end('SIGKILL');
  });
  // Whose connections break soon after each other waits longer before the next.
  const connected = (times: number) =>
    expect
      .poll(() => client.stderr().split('connected to ').length - 1, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(times);
  await connected(1);
  const marks = join(host.folder, 'marks');
  const programs: Record<string, string> = {};
  return {
    fleet,
    middle,
    host,
    client,
    connected,
    connections: () => client.stderr().split('connected to ').length - 1,
    /** From now on a host is to execute this once. */
    async give(name: string, more = '') {
      programs[name] = `open(${JSON.stringify(marks)}, "a").write(${JSON.stringify(`${name};`)})\n${more}`;
      await applyPrograms(fleet.database, programs);
    },
    marks: () => (existsSync(marks) ? readFileSync(marks, 'utf8') : ''),
    async states() {
      const runs: { state: string }[] = JSON.parse(await administer(fleet.database, 'runs', '--json'));
      return runs.map(({ state }) => state);
    },
  };
}

const isFrame = ({ opcode }: Passing) => opcode === opcodes.binary;
const changed = ({ opcode, data }: Passing) => {
  const copy = Buffer.from(data);
  copy[copy.length - 20]! ^= 1;
  return [{ opcode, data: copy }];
};

test('who reads the wire of the live channel sees no token, program, input, output, name, uuid or key, and no ticket', async () => {
  const { middle, host, client, give } = await openWatchedHost();
  await give('name-of-the-command', 'print("what-was-" + "printed")');
  await client.says(/succeeded after .*, stored/);
  const wire = middle.wire();
  expect(middle.seen.filter(isFrame).length).toBeGreaterThan(3);
  const settings = readFileSync(host.settings, 'utf8');
  const secrets = [
    host.token.split('.')[0] ?? '',
    'name-of-the-command',
    'print("what-was-"',
    'what-was-printed',
    /^uuid\s*=\s*(.+)$/m.exec(settings)?.[1] ?? '',
    readFileSync(join(host.folder, 'key.pub'), 'utf8').split('\n')[1] ?? '',
  ];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(10);
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const)
      expect(wire.includes(Buffer.from(secret).toString(encoding).replace(/=+$/, '')), secret).toBe(false);
  }
  const answer = middle.seen.find(({ from, opcode }) => from === 'server' && opcode === opcodes.text);
  expect(JSON.parse(String(answer?.data)).ticket).toBe('');
}, 60_000);

test('who sits in the middle of the live channel and changes, brings back or makes up what is said runs nothing twice and ends no host', async () => {
  const { middle, client, connected, connections, give, marks, states } = await openWatchedHost();
  const ways: [string, Parameters<ChannelMiddle['meddle']>[0]][] = [];
  for (const from of ['host', 'server'] as const) {
    const onFrames = (meddle: (passing: Passing) => ReturnType<Parameters<ChannelMiddle['meddle']>[0]>) => {
      return (passing: Passing) => (isFrame(passing) && passing.from === from ? meddle(passing) : undefined);
    };
    ways.push(
      [`changes what the ${from} says`, onFrames(changed)],
      [
        `says what the ${from} said in another connection`,
        onFrames(({ opcode, number }) => {
          const old = middle.seen.find((one) => isFrame(one) && one.from === from && one.number === number);
          return old && [{ opcode, data: old.data }];
        }),
      ],
    );
  }
  ways.push(
    ['forges an end for good', ({ from }) => (from === 'server' ? [closing(4409)] : undefined)],
    [
      'forges a goodbye',
      ({ from, opcode }) =>
        from === 'server' && opcode === opcodes.binary
          ? [{ opcode, data: Buffer.from('{"messages":[{"type":"goodbye","code":"duplicate_host"}]}') }]
          : undefined,
    ],
  );
  for (const [index, [way, meddling]] of ways.entries()) {
    const before = connections();
    let isDone = false;
    // Once and for the next connection; then he goes, as else nothing would come about.
    middle.meddle((passing) => {
      if (isDone) return undefined;
      const said = meddling(passing);
      if (said !== undefined && said.length > 0) isDone = true;
      return said;
    });
    await give(`way ${index}`);
    await expect.poll(() => isDone, { message: way }).toBe(true);
    middle.meddle(() => undefined);
    await connected(before + 1);
    await expect.poll(marks, { message: way }).toBe(
      ways
        .slice(0, index + 1)
        .map((_, done) => `way ${done};`)
        .join(''),
    );
  }
  const every = { interval: 500, timeout: 60_000 };
  await expect.poll(states, every).toEqual(ways.map(() => 'succeeded'));
  expect(marks().split(';').length - 1).toBe(ways.length);
  expect(client.child.exitCode).toBeNull();
}, 300_000);

test('who says again to the server what a host said to it gets nothing done', async () => {
  const { middle, fleet, client, give, marks } = await openWatchedHost();
  await give('once');
  await client.says(/succeeded after .*, stored/);
  const recorded = middle.seen.filter(
    ({ from, opcode, connection }) =>
      from === 'host' && opcode < opcodes.close && connection === middle.seen.at(-1)?.connection,
  );
  expect(recorded.length).toBeGreaterThan(2);
  const again = await connectChannel(fleet.server().url);
  const closed = once(again, 'close');
  for (const { opcode, data } of recorded) again.send(data, { binary: opcode === opcodes.binary });
  expect((await closed)[0]).toBe(4401);
  expect(marks()).toBe('once;');
}, 60_000);

test('who keeps a connection open towards the server when he cuts it off from its host does not shut the host out', async () => {
  const { middle, client, connected, give, marks } = await openWatchedHost();
  middle.sever('host');
  await connected(2);
  await give('after');
  await expect.poll(marks).toBe('after;');
  expect(client.child.exitCode).toBeNull();
  expect(client.stderr()).not.toContain('for good');
}, 60_000);
