import { lstat, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseInPython, writeInPython } from './configparser.ts';
import { type FakeServer, startFakeServer } from './fake-v1-server.ts';
import { makeFolder, makeHost, runClient } from './run-client.ts';

let server: FakeServer;
let settings: string;
beforeEach(async () => {
  server = await startFakeServer();
  settings = join(await makeFolder(), 'settings.ini');
});
afterEach(() => server.close());

const status = () => runClient(['--action=status', '--url', server.url, '-S', settings]);

describe('the settings file', () => {
  test('is written beside and renamed, readable by its owner only', async () => {
    await writeFile(settings, '[mine]\nkey = kept\n', { mode: 0o644 });
    const before = await stat(settings);
    expect(await status()).toMatchObject({ code: 0 });
    const after = await stat(settings);
    expect(after.ino).not.toBe(before.ino);
    expect(after.mode & 0o777).toBe(0o600);
    expect(await readFile(settings, 'utf8')).toMatch(/^\[mine\]\nkey = kept\n\n\[server\]\n/);
  });

  test('is not touched when nothing changes', async () => {
    await status();
    const before = await stat(settings, { bigint: true });
    expect(await status()).toMatchObject({ code: 0 });
    const after = await stat(settings, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  test('is followed through a symbolic link, to a file that need not exist', async () => {
    const target = join(await makeFolder(), 'target.ini');
    await symlink(target, settings);
    expect(await status()).toMatchObject({ code: 0 });
    expect((await lstat(settings)).isSymbolicLink()).toBe(true);
    expect(await readFile(target, 'utf8')).toContain('server_url');
    await writeFile(target, '');
    expect(await status()).toMatchObject({ code: 0 });
    expect(await readFile(target, 'utf8')).toContain('server_url');
  });

  test('is readable for Python as it was meant', async () => {
    const host = await makeHost(server.url, 'keys');
    await runClient(['--action=discover', '-S', host.settings]);
    await runClient(['--action=host_register', '-S', host.settings, '--token=t']);
    const [parsed] = parseInPython([await readFile(host.settings, 'utf8')]);
    expect(parsed).toMatchObject({
      sections: {
        server: [['server_url', `${server.url}/`]],
        host: [
          ['private_key', host.privateKey],
          ['public_key', host.publicKey],
          ['uuid', expect.stringMatching(/^[A-Za-z0-9+/]+=*$/)],
        ],
      },
    });
  });

  test('that Python wrote for a registered host works without registering again', async () => {
    const host = await makeHost(server.url, 'verified');
    const [parsed] = parseInPython([await readFile(host.settings, 'utf8')]);
    const { sections } = parsed as { sections: Record<string, [string, string][]> };
    const asObjects = Object.fromEntries(
      Object.entries(sections).map(([name, items]) => [name, Object.fromEntries(items)]),
    );
    const [written] = writeInPython([asObjects]);
    await writeFile(host.settings, written ?? '');
    expect(await runClient(['--action=host_status', '-S', host.settings])).toMatchObject({ code: 0 });
    expect(await runClient(['--action=commands_process', '-S', host.settings])).toMatchObject({ code: 0 });
    expect(await readFile(host.settings, 'utf8')).toBe(written);
  });

  test.each([
    ['no section', 'server_url = x\n', 'line 1 stands before the first \\[section\\]'],
    ['a line that is none', '[server]\nsecret-rubbish\n', 'line 2 is not "key = value"'],
    ['binary', Buffer.from([0xff, 0xfe, 0x00]), 'is not text in UTF-8'],
  ])('with %s is told in one sentence, without its content, and left whole', async (_, content, sentence) => {
    await writeFile(settings, content);
    const { code, stderr } = await status();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(sentence));
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('secret-rubbish');
    expect(await readFile(settings)).toEqual(Buffer.from(content));
    expect(server.asked).toEqual([]);
  });

  test('with a byte order mark and repeated keys is read, told, and mended when it is next written', async () => {
    await writeFile(settings, '\ufeff[server]\nserver_url = http://old/\nSERVER_URL = http://older/\n');
    const { code, stderr } = await status();
    expect(code).toBe(0);
    expect(stderr).toContain('line 1, starts with a byte order mark');
    expect(stderr).toContain('line 3, repeats the key "server_url"');
    expect(parseInPython([await readFile(settings, 'utf8')])).toMatchObject([
      { sections: { server: [['server_url', `${server.url}/`]] } },
    ]);
  });
});
