import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder, makeHost, runClient } from '../run-client.ts';

const generate = (settings: string, privateKey: string, publicKey: string, ...more: string[]) =>
  runClient([
    '--action=generate_keys',
    '-S',
    settings,
    '--private_key',
    privateKey,
    '--public_key',
    publicKey,
    ...more,
  ]);

describe('generate_keys', () => {
  test('makes an RSA-4096 pair, names it in the settings, and prints nothing', async () => {
    const folder = await makeFolder();
    const [settings, privateKey, publicKey] = ['s.ini', 'key.pem', 'key.pub'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    expect(await generate(settings, privateKey, publicKey)).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const key = createPrivateKey(await readFile(privateKey, 'utf8'));
    expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 4096, publicExponent: 65537n });
    expect(await readFile(privateKey, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    const publicPem = await readFile(publicKey, 'utf8');
    expect(publicPem).toBe(createPublicKey(key).export({ type: 'spki', format: 'pem' }));
    expect(await readFile(settings, 'utf8')).toBe(
      `[host]\nprivate_key = ${privateKey}\npublic_key = ${publicKey}\n`,
    );
  });

  test('private key and settings are readable by their owner only', async () => {
    const folder = await makeFolder();
    const [settings, privateKey] = [join(folder, 's.ini'), join(folder, 'key.pem')];
    await writeFile(settings, '[server]\n', { mode: 0o644 });
    await generate(settings, privateKey, join(folder, 'key.pub'));
    expect((await stat(privateKey)).mode & 0o777).toBe(0o600);
    expect((await stat(settings)).mode & 0o777).toBe(0o600);
  });

  test('keys are not overwritten over a registered identity without --force', async () => {
    const host = await makeHost('http://127.0.0.1:1', 'verified');
    const before = await readFile(host.settings, 'utf8');
    const key = await readFile(host.privateKey, 'utf8');
    const { code, stderr } = await generate(
      host.settings,
      join(host.folder, 'other.pem'),
      join(host.folder, 'other.pub'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('holds a registered host, which new keys would lock out');
    expect(await readFile(host.settings, 'utf8')).toBe(before);
    const forced = await generate(host.settings, host.privateKey, host.publicKey, '--force');
    expect(forced.code).toBe(0);
    expect(await readFile(host.privateKey, 'utf8')).not.toBe(key);
    expect(await readFile(host.settings, 'utf8')).not.toMatch(/^(uuid|token)/m);
  });

  test.each(['key.pem', 'key.pub'])('another file at the path of %s is left alone', async (name) => {
    const folder = await makeFolder();
    await writeFile(join(folder, name), 'precious');
    const { code, stderr } = await generate(
      join(folder, 's.ini'),
      join(folder, 'key.pem'),
      join(folder, 'key.pub'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('exists already: name another path, or say --force to replace it');
    expect(await readFile(join(folder, name), 'utf8')).toBe('precious');
    await expect(stat(join(folder, 's.ini'))).rejects.toThrow('ENOENT');
  });

  test('a folder that is missing, and one file for both keys, are told before anything is made', async () => {
    const folder = await makeFolder();
    const settings = join(folder, 's.ini');
    const missing = await generate(settings, join(folder, 'no', 'key.pem'), join(folder, 'key.pub'));
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not exist: make it first'),
    });
    const same = await generate(settings, join(folder, 'key'), join(folder, 'key'));
    expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining('name the same file') });
  });
});
