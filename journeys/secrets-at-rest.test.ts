import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decryptOaep, readRsaPrivateKey } from '@remotes/protocol/crypto/rsa';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase, databaseKinds } from '../packages/server/test/databases.ts';
import { storedText } from '../packages/server/test/domain/accounts/stored-text.ts';
import { runClient } from './client-process.ts';
import { signInAsFirstAdmin } from './operator-process.ts';
import { apply, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';

const password = 'seven green bottles, hanging';
const laterPassword = 'eight blue kettles, whistling';
const secretValue = 'a value that nobody is to read 4711';

test.each(databaseKinds)(
  'what is made in a day – passwords, tokens, links, codes, keys, secret settings – is found in no copy of the database and in no log, on %s',
  async (kind) => {
    const database = await createDatabase(kind);
    onTestFinished(database.remove);
    const server = await startServer(database, { args: ['--log-level', 'trace'] });
    onTestFinished(async () => {
      await server.kill();
    });
    await apply(
      database,
      JSON.stringify({
        settings: [
          { name: 'apilog_enable_logging', value: '1' },
          { name: 'apilog_include_arguments', value: '1' },
          { name: 'password', value: secretValue, secret: true },
        ],
      }),
    );
    await server.program.prints(/setup-link/);
    // The file goes soon after the link was used.
    const setupLink = readFileSync(join(database.dataFolder, 'setup-link'), 'utf8');
    const ada = await signInAsFirstAdmin(server, database.dataFolder);
    const secrets = new Map([
      ['the password', password],
      ['the secret setting', secretValue],
      ['the set-up link', tokenIn(setupLink)],
      ['the session', tokenIn(readFileSync(join(ada.folder, 'config', 'servers.json'), 'utf8'))],
    ]);
    const said = async (args: readonly string[], input = '') => {
      const { code, stdout, stderr } = await ada.run(args, { input });
      expect(code, stderr).toBe(0);
      return stdout.trim();
    };
    secrets.set('the API token', await said(['api-tokens', 'create', 'nightly']));
    secrets.set('the registration token', (await said(['tokens', 'create'])).split('.')[0] ?? '');
    secrets.set(
      'a set-up link of another',
      tokenIn(await said(['operators', 'create', 'ben', '--role', 'viewer'])),
    );

    const bearer = { authorization: `Bearer ${secrets.get('the session')}` };
    const call = async (method: string, path: string, body?: object) => {
      const headers = { ...bearer, ...(body && { 'content-type': 'application/json' }) };
      const answer = await fetch(new URL(path, server.url), {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
      return (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    };
    const waiting = await call('POST', '/api/v2/device-logins', {});
    secrets.set('the device code', String(waiting.device_code));
    await call('PUT', '/api/v2/account/password', { password: laterPassword });
    secrets.set('the next password', laterPassword);
    const { secret } = await call('POST', '/api/v2/account/totp');
    secrets.set('the secret of one-time codes', String(secret));
    const confirmed = await call('POST', '/api/v2/account/totp/confirm', { code: codeNow(String(secret)) });
    for (const code of confirmed.recovery_codes as string[]) secrets.set(`recovery code ${code}`, code);

    const host = await registerHost(server.url, await said(['tokens', 'create']));
    secrets.set("the host's token", host.token);
    secrets.set("the host's private key", host.privateKey);
    await said([
      'run',
      '-g',
      'All hosts',
      '--no-wait',
      '--setting',
      'password',
      '--',
      'echo "$REMOTES_SETTING_PASSWORD"',
    ]);
    expect((await host.work()).code).toBe(0);

    const { stdout, stderr } = await server.stop();
    const copy = await storedText(database);
    expect(copy).toContain('nightly');
    for (const [what, text] of secrets) {
      expect(text.length, what).toBeGreaterThan(7);
      expect(copy.includes(text), `${what} in the database`).toBe(false);
      expect(`${stdout}${stderr}`.includes(text), `${what} in the log`).toBe(false);
    }
  },
  60_000,
);

function tokenIn(text: string): string {
  const [token] = /rmt_[a-z]+_[\w-]{43}/.exec(text) ?? [];
  if (token === undefined) throw new Error('There is no token in this.');
  return token;
}

async function registerHost(url: string, token: string) {
  const folder = makeFolder();
  const file = join(folder, 'host.ini');
  const key = join(folder, 'key');
  const ask = (action: string, ...more: readonly string[]) =>
    runClient([`--action=${action}`, '--settings', file, ...more], { env: { REMOTES_TOKEN: token } });
  const keys = ['--private_key', key, '--public_key', join(folder, 'key.pub')];
  const { code, stderr } = await ask('new_host', '--url', url, ...keys);
  expect(code, stderr).toBe(0);
  // The settings file holds it sealed for the host's key.
  const [, sealed = ''] = /^token\s*=\s*(\S+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
  const privatePem = readFileSync(key, 'utf8');
  const hostToken = decryptOaep(readRsaPrivateKey(privatePem)!, sealed) ?? '';
  const [, firstLine = ''] = privatePem.split('\n');
  return { token: hostToken, privateKey: firstLine, work: () => ask('commands_process') };
}

/** RFC 6238, as every app does it: six digits, thirty seconds, SHA-1. */
function codeNow(base32: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...base32].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
}
