import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startClient } from './client-process.ts';
import type { Answered, Asked } from './middle.ts';
import { administer, type Database, makeToken } from './server-process.ts';
import { hostOf, openTrustedFleet, register, type TrustedFleet } from './trusted-fleet.ts';

/** The answer to the request for sealed messages with this number, and to no other, is an error page of somebody in between. */
function loseAnswer(fleet: TrustedFleet, number: number): void {
  let seen = 0;
  fleet.middle.meddle({
    answered({ path }: Asked): Partial<Answered> | undefined {
      if (path !== '/sealed/messages/') return undefined;
      seen += 1;
      const page = { status: 502, headers: { 'content-type': 'text/html' }, body: Buffer.from('<p>Oh!') };
      return seen === number ? page : undefined;
    },
  });
}

async function hostsOf(database: Database) {
  return JSON.parse(await administer(database, 'hosts', '--json'));
}

async function fingerprintOf({ database }: TrustedFleet): Promise<string> {
  const { signing_key: key } = JSON.parse(await administer(database, 'keys', 'show', '--json'));
  return typeof key === 'string' ? key : key.fingerprint;
}

describe('an answer that was obeyed and lost', () => {
  test.each([
    ['register', 1],
    ['verify', 2],
  ])('to %s is asked for again by the same call, and there is one host', async (_, number) => {
    const fleet = await openTrustedFleet();
    const host = hostOf(await makeToken(fleet.database));
    loseAnswer(fleet, number);
    expect(await register(host, fleet.middle.url)).toMatchObject({ code: 1, stdout: '' });
    expect(await register(host, fleet.middle.url)).toMatchObject({ code: 0 });
    expect(await hostsOf(fleet.database)).toMatchObject([{ state: 'verified', protocol: 'sealed' }]);
    expect(await host.run('host_status')).toMatchObject({ code: 0 });
  });

  test('to enrol is asked for again by trust', async () => {
    const fleet = await openTrustedFleet();
    // A token that names no key, as from a server that the host can't recognise. The server gets its own.
    const token = await makeToken(fleet.database);
    const host = hostOf('a-token-that-names-no-key');
    fleet.middle.meddle({
      asked: ({ headers }) =>
        headers.authorization === `Token ${host.token}`
          ? { headers: { ...headers, authorization: `Token ${token}` } }
          : undefined,
    });
    expect(await register(host, fleet.middle.url)).toMatchObject({ code: 0 });
    expect(await hostsOf(fleet.database)).toMatchObject([{ protocol: 'v1' }]);
    const trust = async () => host.run('trust', '--fingerprint', await fingerprintOf(fleet));
    loseAnswer(fleet, 1);
    expect(await trust()).toMatchObject({ code: 1, stdout: '' });
    expect(readFileSync(host.settings, 'utf8')).not.toContain('[trust]');
    expect(await trust()).toMatchObject({ code: 0 });
    expect(await hostsOf(fleet.database)).toMatchObject([{ protocol: 'sealed' }]);
    expect(await host.run('host_status')).toMatchObject({ code: 0 });
  });

  test('to rotate_key leaves a host that proves itself with whichever key the server took', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    const key = join(host.folder, 'key.pem.channel');
    const before = readFileSync(key, 'utf8');
    loseAnswer(fleet, 2);
    expect(await host.run('rotate_keys')).toMatchObject({ code: 1, stdout: '' });
    expect(existsSync(`${key}.new`)).toBe(true);
    fleet.middle.meddle({});
    expect(await host.run('host_status')).toMatchObject({ code: 0 });
    expect(existsSync(`${key}.new`)).toBe(false);
    expect(readFileSync(key, 'utf8')).not.toBe(before);
    expect(await host.run('rotate_keys')).toMatchObject({ code: 0 });
    expect(await host.run('host_status')).toMatchObject({ code: 0 });
  });
});

test('a host that was disabled is told so, and served again once it is enabled', async () => {
  const fleet = await openTrustedFleet();
  const host = await fleet.newHost();
  await administer(fleet.database, 'hosts', 'disable', '000001');
  await expect.poll(async () => (await host.run('host_status')).code).toBe(2);
  const { stdout, stderr } = await host.run('host_status');
  expect(JSON.parse(stdout)).toMatchObject({ code: 'host_disabled', detail: expect.any(String) });
  expect(stderr).toContain('the server refused');
  await administer(fleet.database, 'hosts', 'enable', '000001');
  await expect.poll(async () => (await host.run('host_status')).code).toBe(0);
});

test('a monitor goes on when the server was restarted, without another handshake', async () => {
  const fleet = await openTrustedFleet();
  const host = await fleet.newHost();
  const handshakes = () =>
    fleet.middle.seen.filter(({ asked }) => asked.path === '/sealed/handshake/').length;
  const asked = () => fleet.middle.seen.filter(({ asked }) => asked.path === '/sealed/messages/').length;
  const before = handshakes();
  const monitor = startClient([
    '--action=commands_monitor',
    '--interval',
    '0.2',
    '--settings',
    host.settings,
  ]);
  await monitor.says(/watching/);
  await expect.poll(handshakes, { timeout: 20_000 }).toBe(before + 1);
  await fleet.restart();
  const then = asked();
  await expect.poll(asked, { timeout: 20_000 }).toBeGreaterThan(then + 2);
  expect(handshakes()).toBe(before + 1);
  expect(await monitor.end('SIGTERM')).toMatchObject({ code: 0 });
});
