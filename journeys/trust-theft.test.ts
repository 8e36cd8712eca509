import { createPrivateKey } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { decryptOaep } from '@remotes/protocol/crypto/rsa';
import { newMasterKeyText } from '@remotes/protocol/crypto/seal';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runClient } from './client-process.ts';
import { administer, apply, makeToken, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import {
  applyPrograms,
  hostOf,
  openTrustedFleet,
  register,
  type TrustedFleet,
  type TrustedHost,
} from './trusted-fleet.ts';
import { openWire } from './wire.ts';

function hostToken({ folder, settings }: TrustedHost): string {
  const sealed = /^token\s*=\s*(.+)$/m.exec(readFileSync(settings, 'utf8'))?.[1] ?? '';
  return decryptOaep(createPrivateKey(readFileSync(join(folder, 'key.pem'))), sealed) ?? '';
}

async function runsOf({ database }: TrustedFleet) {
  const runs = JSON.parse(await administer(database, 'runs', '--json'));
  return runs.map(({ command, state }: { command: { name: string }; state: string }) => [
    command.name,
    state,
  ]);
}

describe("who stole a host's v1 token", () => {
  test('gets v1_closed everywhere, takes no command away and posts no result', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { once: 'print("ran")' });
    const wire = openWire(fleet.server().url);
    onTestFinished(() => wire.close());
    const token = hostToken(host);
    expect(token).toMatch(/^[0-9a-f]{40}$/);
    const paths = [
      ['GET', '/api/v1/host/status/'],
      ['GET', '/api/v1/commands/list/'],
      ['GET', '/api/v1/commands/get/1/'],
      ['POST', '/api/v1/commands/post/1/'],
    ] as const;
    for (const [method, path] of paths) {
      const { status, json } = await wire.ask({
        method,
        path,
        token,
        body: method === 'POST' ? {} : undefined,
      });
      expect([path, status, json.detail]).toEqual([
        path,
        403,
        'This host has proved its key: it is served by the sealed protocol alone.',
      ]);
    }
    expect(await runsOf(fleet)).toEqual([]);
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    expect(await runsOf(fleet)).toEqual([['once', 'succeeded']]);
  });

  test('is let in only where an administrator allows v1, and shut out again by trust', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    const wire = openWire(fleet.server().url);
    onTestFinished(() => wire.close());
    const list = () => wire.ask({ path: '/api/v1/commands/list/', token: hostToken(host) });
    expect((await list()).status).toBe(403);
    await administer(fleet.database, 'hosts', 'allow-v1', '000001');
    await expect.poll(async () => (await list()).status).toBe(200);
    // The pinned client itself does not follow; it says what there is to do.
    const refused = await host.run('commands_process');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('trust');
    const { signing_key: F } = JSON.parse(await administer(fleet.database, 'keys', 'show', '--json'));
    const fingerprint = typeof F === 'string' ? F : F.fingerprint;
    expect(await host.run('trust', '--fingerprint', fingerprint)).toMatchObject({ code: 0 });
    await expect.poll(async () => (await list()).status).toBe(403);
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
  });
});

describe('who stole a registration token', () => {
  test('gets a host of his own, as far as its uses go, and nothing of another host', async () => {
    const fleet = await openTrustedFleet();
    const victim = await fleet.newHost();
    await applyPrograms(fleet.database, { once: 'print("ran")' });
    const thief = hostOf(await makeToken(fleet.database, '--uses', '1'));
    expect(await register(thief, fleet.middle.url)).toMatchObject({ code: 0 });
    expect(await thief.run('commands_process')).toMatchObject({ code: 0 });
    const second = hostOf(thief.token);
    expect((await register(second, fleet.middle.url)).code).not.toBe(0);
    expect(await victim.run('commands_process')).toMatchObject({ code: 0 });
    expect(await runsOf(fleet)).toEqual([
      ['once', 'succeeded'],
      ['once', 'succeeded'],
    ]);
  });
});

describe('who recorded the wire, and stole all files of the host later', () => {
  test('finds in them nothing that opens what he recorded', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { secret: 'print("what-was-" + "printed")' });
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    const stolen = makeFolder();
    cpSync(host.folder, stolen, { recursive: true });
    // No secret of any session, and no ticket, was ever written down.
    const frames = fleet.middle.seen.filter(({ asked }) => asked.path === '/sealed/messages/');
    const files = readdirSync(stolen, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const bytes = Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
    for (const { asked } of frames) {
      const ticket = asked.body.subarray(27, 27 + asked.body.readUInt16BE(25));
      expect(ticket.length).toBeGreaterThan(64);
      for (const spelling of [
        ticket,
        Buffer.from(ticket.toString('base64url')),
        Buffer.from(ticket.toString('base64')),
      ])
        expect(bytes.includes(spelling)).toBe(false);
    }
    // With them he is this host from now on, in sessions of his own.
    const thief = await runClient(['--action=host_status', '--settings', join(stolen, 'host.ini')]);
    expect(thief.code).toBe(0);
    // Repeated, or of a session that a newer one of this host has ended.
    for (const { asked } of frames) expect([409, 410]).toContain((await fleet.middle.ask(asked)).status);
  });
});

describe('who has a copy of the database', () => {
  test('holds no private key, no token and no secret setting, and starts no server that hosts believe', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    const secret = 'a password that a program prints';
    await apply(
      fleet.database,
      JSON.stringify({
        settings: [{ name: 'password', value: secret, secret: true }],
        commands_groups: [
          {
            name: 'g',
            hosts_group: 'All hosts',
            order: 1,
            commands: [
              {
                name: 'careless',
                order: 1,
                settings: ['password'],
                command: 'print(__SETTINGS__["password"], end="")',
              },
            ],
          },
        ],
      }),
    );
    expect((await host.run('commands_process')).code).toBe(0);
    expect(await administer(fleet.database, 'output', '1')).toBe('********');
    const shown = JSON.parse(await administer(fleet.database, 'output', '1', '--json'));
    const digest = sha256Hex(secret);
    expect(JSON.parse(shown.signed.statement).stdout).toMatchObject({ bytes: secret.length, sha256: digest });
    await fleet.server().stop();
    const copy = makeFolder();
    cpSync(join(fleet.database.dataFolder, 'remotes.db'), join(copy, 'remotes.db'));
    const bytes = readFileSync(join(copy, 'remotes.db'));
    expect(bytes.includes('BEGIN PUBLIC KEY')).toBe(true);
    const length = `"bytes":${secret.length}`;
    const secrets = ['PRIVATE KEY', host.token, host.token.split('.')[0] ?? '', hostToken(host)];
    for (const text of [...secrets, secret, digest, length, shown.signed.signature])
      expect(bytes.includes(text)).toBe(false);
    const started = startServer({ dataFolder: copy, databaseUrl: undefined, secretKey: newMasterKeyText() });
    await expect(started).rejects.toThrow();
  });
});

describe('another user on a host', () => {
  test('can read no key, no settings and no journal', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { once: 'print(1)' });
    await host.run('commands_process');
    const open = readdirSync(host.folder, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => (statSync(path).mode & 0o077) !== 0);
    expect(open).toEqual([join(host.folder, 'key.pub')]);
  });
});

describe('when the server has a new signing key', () => {
  test.each([['with the old one'], ['with the recovery key']])('hosts follow, %s', async (how) => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    const pinOf = () => /^signing_key\s*=\s*(.+)$/m.exec(readFileSync(host.settings, 'utf8'))?.[1];
    const before = pinOf();
    if (how === 'with the recovery key') {
      const file = join(makeFolder(), 'recovery.pem');
      await administer(fleet.database, 'keys', 'take-recovery', file);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      await administer(fleet.database, 'keys', 'rotate', '--recovery', file);
    } else {
      await administer(fleet.database, 'keys', 'rotate');
    }
    const late = hostOf(host.token);
    await applyPrograms(fleet.database, { once: 'print("ran")' });
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    expect(pinOf()).not.toBe(before);
    expect(await runsOf(fleet)).toEqual([['once', 'succeeded']]);
    // A token from before leads to the new key, where the old one signed it.
    if (how === 'with the old one') expect(await register(late, fleet.middle.url)).toMatchObject({ code: 0 });
  });
});
