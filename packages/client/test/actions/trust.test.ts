import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { readSigningPrivateKey } from '@remotes/protocol/crypto/sign';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isJournalRefusal, openJournal } from '../../src/agent/journal.ts';
import { cut, type FakeSealedServer, newKey, startFakeSealedServer, succeed } from '../fake-sealed-server.ts';
import { startFakeServer } from '../fake-v1-server.ts';
import { offerWork } from '../fake-work.ts';
import { makeHost, runClient, startClient } from '../run-client.ts';
import { addLines, makePinnedHost, type PinnedHost } from '../session/pinned-host.ts';

let fake: FakeSealedServer;
let host: PinnedHost;
beforeEach(async () => {
  fake = await startFakeSealedServer();
  host = await makePinnedHost(fake, { isPinned: false });
});
afterEach(() => fake.close());

const run = (action: string, ...more: string[]) =>
  runClient([`--action=${action}`, '--settings', host.settings, ...more]);
const trust = (fingerprint = fake.signing.fingerprint, ...more: string[]) =>
  run('trust', '--fingerprint', fingerprint, ...more);
const settings = () => readFile(host.settings, 'utf8');
const keyFile = () => `${host.privateKey}.channel`;

describe('trust', () => {
  test('brings a host of v1 over: paths are asked for, the channel key is enrolled, the server pinned', async () => {
    const { code, stdout, stderr } = await trust();
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      status: 'OK',
      server: fake.serverId,
      signing_key: fake.signing.fingerprint,
      recovery_key: fake.recovery.fingerprint,
    });
    expect(fake.asked.map(({ path }) => path)).toEqual([
      '/api/v1/discover/',
      '/sealed/handshake/',
      '/sealed/messages/',
    ]);
    expect(await run('host_status')).toMatchObject({ code: 0, stderr: '' });
    expect(fake.said.map(({ type }) => type)).toEqual(['enrol', 'prove', 'host_status']);
  });

  test('said again changes nothing, and says so', async () => {
    await trust();
    const before = await settings();
    const { code, stderr } = await trust();
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('this server was pinned already'),
    });
    expect(await settings()).toBe(before);
  });

  test('enrols a new key where the file is gone and v1 was allowed, and says so (it said that nothing had changed)', async () => {
    await trust();
    await rm(keyFile());
    fake.hosts.get(host.uuid)!.channelKey = undefined;
    expect(await trust()).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('pinned already; a new channel key of this host is enrolled'),
    });
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('that is refused, as the host has enrolled another key, leaves no key of its own behind (it was taken for the host’s)', async () => {
    await trust();
    await rename(keyFile(), `${keyFile()}.backup`);
    expect(await trust()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bring back the channel key file'),
    });
    expect(existsSync(keyFile())).toBe(false);
    await rename(`${keyFile()}.backup`, keyFile());
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('that is refused keeps a key file that it has not made', async () => {
    await trust();
    fake.hosts.get(host.uuid)!.channelKey = newKey().text;
    expect(await trust()).toMatchObject({ code: 2 });
    expect(existsSync(keyFile())).toBe(true);
  });

  test('is named where the channel key file is missing, and the backup too (the sentence ended with ENOENT)', async () => {
    await trust();
    await rm(keyFile());
    const { code, stderr } = await run('commands_process');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /channel key .* is missing: bring the file back from a backup\. .*hosts allow-v1.*--action=trust/,
    );
  });

  test('is named where the server does not know this host any more, and that it may have been removed', async () => {
    await trust();
    fake.hosts.clear();
    expect(await run('host_status')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/this host was removed there.*new_host --force.*--action=trust/),
    });
  });

  test('goes to no address of another server that discover has named, and asks for the server’s own', async () => {
    const other = await startFakeSealedServer();
    try {
      const own = { ...fake.endpoints };
      for (const name of ['handshake', 'messages']) fake.endpoints[name] = `${other.url}/sealed/${name}/`;
      // On v1, where these mean nothing, they are kept.
      expect(await run('discover')).toMatchObject({ code: 0, stderr: '' });
      const before = await settings();
      expect(before).toContain(other.url);
      expect(await trust()).toMatchObject({ code: 1, stderr: expect.stringContaining('passed over') });
      expect(await settings()).toBe(before);
      fake.endpoints = own;
      expect(await trust()).toMatchObject({ code: 0 });
      expect(await run('host_status')).toMatchObject({ code: 0 });
      expect([other.asked, (await settings()).includes(other.url)]).toEqual([[], false]);
    } finally {
      await other.close();
    }
  });

  test('is kept by discover, which passes over addresses of another server', async () => {
    await trust();
    for (const name of ['handshake', 'messages']) fake.endpoints[name] = `//127.0.0.1:1/sealed/${name}/`;
    const before = await settings();
    expect(await run('discover')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/handshake is not at .*passed over\n.*messages is not at .*passed over/),
    });
    expect(await settings()).toBe(before);
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('enrols anew where an administrator has said hosts allow-v1', async () => {
    await trust();
    fake.hosts.get(host.uuid)!.channelKey = undefined;
    expect(await run('host_status')).toMatchObject({ code: 1, stderr: expect.stringContaining('allow-v1') });
    expect(await trust()).toMatchObject({ code: 0 });
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('pins nothing when the server proves another key, and sends nothing to it', async () => {
    const before = await settings();
    expect(await trust(newKey().fingerprint)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('proved another key'),
    });
    expect(fake.said).toEqual([]);
    expect(await settings()).toBe(before);
  });

  test('pins nothing before the channel key is enrolled', async () => {
    fake.answer('enrol', () => [
      { type: 'refusal', of: 'enrol', code: 'host_not_approved', sentence: 'Waiting.' },
    ]);
    const { code, stdout } = await trust();
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ detail: 'Waiting.', code: 'host_not_approved' });
    expect(await settings()).not.toContain('[trust]');
  });

  test('whose answer is lost enrols the same key at the next try', async () => {
    fake.meddle({ after: cut });
    expect(await trust()).toMatchObject({ code: 1 });
    expect(await settings()).not.toContain('[trust]');
    expect(await trust()).toMatchObject({ code: 0 });
    expect(await run('host_status')).toMatchObject({ code: 0 });
  });

  test('never replaces a pin by that of another server, but with --force', async () => {
    await trust();
    const other = newKey();
    fake.signer = other;
    expect(await trust(other.fingerprint)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not the one that'),
    });
    expect(host.setting('trust', 'signing_key')).toBe(fake.signing.fingerprint);
    expect(await trust(other.fingerprint, '--force')).toMatchObject({ code: 0 });
    expect(host.setting('trust', 'signing_key')).toBe(other.fingerprint);
  });

  test('follows a pinned key to the one that is named', async () => {
    await trust();
    const next = newKey();
    fake.signer = next;
    fake.proof = (proof) => ({
      ...proof,
      successions: [succeed(fake.serverId, fake.signing, next, 'recovery', fake.recovery)],
    });
    expect(await trust(next.fingerprint)).toMatchObject({ code: 0 });
    expect(host.setting('trust', 'signing_key')).toBe(next.fingerprint);
  });

  test.each<[string, string, (text: string) => string]>([
    ['emptied', 'damaged', (text) => text.replace(/\[trust\][\s\S]*$/, '[trust]\n')],
    [
      'left with empty values',
      'damaged',
      (text) => text.replaceAll(/^(server|signing_key|recovery_key) = .*$/gm, '$1 ='),
    ],
    ['renamed', 'missing', (text) => text.replace('[trust]', '[Trust]')],
    ['cut off', 'missing', (text) => text.replace(/\[trust\][\s\S]*$/, '')],
  ])(
    'a pin that was %s is %s, and nothing is said to anybody (the token was sent in the clear)',
    async (_, word, damage) => {
      await trust();
      const whole = await settings();
      await writeFile(host.settings, damage(whole));
      fake.asked.length = 0;
      for (const action of [
        'commands_process',
        'commands_monitor',
        'commands_list',
        'host_status',
        'rotate_keys',
      ]) {
        const more = action === 'commands_monitor' ? ['--interval=0.05'] : [];
        const { code, stderr } = await run(action, ...more);
        expect({ action, code, stderr }).toEqual({
          action,
          code: 1,
          stderr: expect.stringMatching(
            new RegExp(
              `\\[trust\\] of .* is ${word}: put back .* --action=trust --fingerprint F --force .* back to v1, remove`,
            ),
          ),
        });
      }
      expect(await run('host_verify', '--token=word')).toMatchObject({ code: 1 });
      expect(fake.asked).toEqual([]);
      await writeFile(host.settings, whole);
      expect(await run('host_status')).toMatchObject({ code: 0 });
      await writeFile(host.settings, damage(whole));
      expect(await trust(fake.signing.fingerprint, '--force')).toMatchObject({ code: 0 });
      expect(await run('host_status')).toMatchObject({ code: 0 });
    },
  );

  test('is undone by removing the section and the channel key from the settings: v1 is spoken again', async () => {
    await trust();
    const text = await settings();
    await writeFile(host.settings, text.replace(/\[trust\][\s\S]*$/, '').replace(/^channel_key = .*$/m, ''));
    fake.asked.length = 0;
    await run('host_status');
    expect(fake.asked.map(({ path }) => path)).toEqual(['/api/v1/host/status/']);
    expect(await trust()).toMatchObject({ code: 0 });
  });

  test('beside a running monitor of v1 is followed at its next pass (it was refused until SIGHUP)', async () => {
    await run('discover');
    const journal = await openJournal(`${host.settings}.journal`);
    if (isJournalRefusal(journal)) throw new Error(journal.sentence);
    await journal.begin({ serverUrl: `${fake.url}/`, host: host.uuid, commandId: 3 });
    await journal.close();
    const work = offerWork(fake, host);
    work.due.push([work.give({ program: 'echo done' })]);
    const running = startClient(['--action=commands_monitor', '-S', host.settings, '--interval=0.05']);
    await running.says(/watching for commands/);
    const { code, stderr } = await trust(fake.signing.fingerprint, '--force');
    expect(code, stderr).toBe(0);
    Object.assign(host.channelKey, { key: readSigningPrivateKey(await readFile(keyFile(), 'utf8')) });
    await running.says(/1 result\(s\) that v1 has not delivered stay in the journal/);
    await running.says(/the settings file has changed: it was read anew/);
    await running.says(/command 7 "command 7": succeeded after .* stored/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
  });

  test('mends a damaged pin with --force', async () => {
    await addLines(host.settings, '[trust]\nserver = nonsense\n');
    expect(await trust()).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') });
    expect(await trust(fake.signing.fingerprint, '--force')).toMatchObject({ code: 0 });
  });

  test('waits until v1 has delivered what it gave (those results could never be told)', async () => {
    const journal = await openJournal(`${host.settings}.journal`);
    if (isJournalRefusal(journal)) throw new Error(journal.sentence);
    await journal.begin({ serverUrl: `${fake.url}/`, host: host.uuid, commandId: 3 });
    await journal.close();
    const before = await settings();
    expect(await trust()).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('run --action=commands_process until it ends with 0, then trust'),
    });
    expect(await settings()).toBe(before);
    expect(fake.asked).toEqual([]);
  });

  test('with a server that speaks v1 only is one sentence', async () => {
    const v1 = await startFakeServer();
    try {
      const { settings: path } = await makeHost(v1.url, 'verified');
      const fingerprint = fake.signing.fingerprint;
      const ended = await runClient(['--action=trust', '-S', path, '--fingerprint', fingerprint]);
      expect(ended).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^remotes-client: .*it speaks v1 only.*\n$/),
      });
      expect(await readFile(path, 'utf8')).not.toContain('[trust]');
    } finally {
      await v1.close();
    }
  });

  test.each([
    ['without a fingerprint', []],
    ['with something else as one', ['--fingerprint', 'ab:cd']],
  ])('%s is a usage error', async (_, more) => {
    expect(await run('trust', ...more)).toMatchObject({ code: 2, stdout: '' });
    expect(fake.asked).toEqual([]);
  });
});
