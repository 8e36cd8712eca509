import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cut, type FakeSealedServer, startFakeSealedServer } from '../fake-sealed-server.ts';
import { runClient } from '../run-client.ts';
import { makePinnedHost, type PinnedHost } from '../session/pinned-host.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makePinnedHost(fake);
});
afterEach(() => fake.close());

const run = (action: string) => runClient([`--action=${action}`, '--settings', host.settings]);
const keyFile = () => readFile(`${host.privateKey}.channel`, 'utf8');
const hasNext = () => existsSync(`${host.privateKey}.channel.new`);
const enrolled = () => fake.hosts.get(host.uuid)?.channelKey;

describe('rotate_keys', () => {
  test('puts a new channel key in the place of the old one, here and there', async () => {
    const { code, stdout, stderr } = await run('rotate_keys');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      status: 'OK',
      channel_key: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(enrolled()).not.toBe(host.channelKey.text);
    expect(await keyFile()).not.toBe(host.channelKey.pem);
    expect((await stat(`${host.privateKey}.channel`)).mode & 0o777).toBe(0o600);
    expect(hasNext()).toBe(false);
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('whose answer is lost leaves both keys, and whichever the server took is found', async () => {
    fake.meddle('honest', { after: cut });
    expect(await run('rotate_keys')).toMatchObject({ code: 1, stdout: '' });
    expect(await keyFile()).toBe(host.channelKey.pem);
    expect(hasNext()).toBe(true);
    expect(enrolled()).not.toBe(host.channelKey.text);
    expect(await run('host_status')).toMatchObject({ code: 0 });
    expect(hasNext()).toBe(false);
    expect(await keyFile()).not.toBe(host.channelKey.pem);
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('that did not reach the server leaves the old key good, and the next try takes the same new one', async () => {
    fake.meddle('honest', { before: cut });
    expect(await run('rotate_keys')).toMatchObject({ code: 1, stdout: '' });
    expect(enrolled()).toBe(host.channelKey.text);
    const next = await readFile(`${host.privateKey}.channel.new`, 'utf8');
    expect(await run('host_status')).toMatchObject({ code: 0 });
    expect(await run('rotate_keys')).toMatchObject({ code: 0 });
    expect(await keyFile()).toBe(next);
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test.each([
    ['empty', ''],
    ['damaged', '-----BEGIN PRIVATE KEY-----'],
  ])(
    'that left a key behind that is %s says which file to delete and what that means, and works after it',
    async (_, text) => {
      const next = `${host.privateKey}.channel.new`;
      for (const action of ['host_status', 'rotate_keys']) {
        await writeFile(next, text, { mode: 0o600 });
        const { code, stdout, stderr } = await run(action);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain(
          `${next}, the new channel key of a rotation that was cut short, is empty or damaged`,
        );
        expect(stderr).toMatch(
          /delete this file, and the key before it is used.*hosts allow-v1.*--action=trust/,
        );
        expect(await readFile(next, 'utf8')).toBe(text);
        await rm(next);
        expect(await run(action)).toMatchObject({ code: 0 });
      }
    },
  );

  test('said again after a lost answer has done its work already', async () => {
    fake.meddle('honest', { after: cut });
    await run('rotate_keys');
    const taken = enrolled();
    expect(await run('rotate_keys')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('at an earlier try'),
    });
    expect(enrolled()).toBe(taken);
  });

  test('that is refused keeps the old key', async () => {
    fake.answer('rotate_key', () => [
      { type: 'refusal', of: 'rotate_key', code: 'proof_invalid', sentence: 'No.' },
    ]);
    expect(await run('rotate_keys')).toMatchObject({ code: 2 });
    expect(await keyFile()).toBe(host.channelKey.pem);
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('without a pin is one sentence', async () => {
    host = await makePinnedHost(fake, { isPinned: false });
    expect(await run('rotate_keys')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('run --action=trust --fingerprint F first'),
    });
    expect(fake.asked).toEqual([]);
  });
});
