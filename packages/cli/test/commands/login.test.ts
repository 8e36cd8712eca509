import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { AnswerOf } from '@remotes/protocol/operators/route';
import type { sessionsRoutes } from '@remotes/protocol/operators/sessions';
import { describe, expect, test } from 'vitest';
import { tlsFixture } from '../../../client/test/tls-front.ts';
import { startFakeApi, token } from '../fake-api.ts';
import { createCli } from '../run-cli.ts';

const session = `rmt_ses_${'s'.repeat(43)}`;
const password = 'a password that nobody may see';
const later = '2026-12-23T12:00:00.000Z';
const signedIn = {
  operator_id: 1,
  name: 'ada',
  role: 'admin',
  token: session,
  expires_at: later,
  lacks_second_factor: false,
} as const;
const who: AnswerOf<typeof sessionsRoutes.session_show> = {
  operator_id: 1,
  name: 'ada',
  role: 'admin',
  hosts_groups: null,
  session: { id: 1, expires_at: later, confirmed_until_at: null, has_second_factor: false },
  api_token: null,
  has_password: true,
  has_totp: false,
  recovery_codes: 0,
  passkeys: 0,
  lacks_second_factor: false,
};

describe('remotes login', () => {
  test('by password asks for the second factor where one is wanted, and keeps the session for its owner alone', async () => {
    const api = await startFakeApi({
      session_create: ({ body }) => (body.code === '123456' ? signedIn : { code: 'second_factor_wanted' }),
      session_show: () => who,
    });
    const cli = createCli();
    const ended = await cli.run(['login', api.url, '--name', 'ada', '--password-stdin'], {
      input: `${password}\n123456\n`,
    });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: `Signed in at ${api.url} as ada (admin).\n` });
    expect(api.asked[0]?.body).toEqual({ name: 'ada', password, kind: 'bearer' });
    expect(api.asked.at(-1)?.headers.authorization).toBe(`Bearer ${session}`);
    expect(api.faults).toEqual([]);
    expect(statSync(cli.folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(cli.folder)).toEqual(['servers.json']);
    expect(statSync(join(cli.folder, 'servers.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cli.folder, 'servers.json'), 'utf8')).not.toContain(password);
    expect((await cli.run(['whoami'])).stdout).toContain('Role           admin');
  });

  test('by a set-up link chooses name and password, and takes the link as it was printed', async () => {
    const api = await startFakeApi({ setup: () => signedIn, session_show: () => who });
    const link = `rmt_set_${'l'.repeat(43)}`;
    const cli = createCli();
    const args = ['login', api.url, '--setup', '--password-stdin'];
    const differing = await cli.run(args, { input: `${link}\nada\n${password}\n${password}!\n` });
    expect(differing).toMatchObject({ code: 2, stderr: expect.stringContaining('The two passwords differ') });
    expect(api.asked).toEqual([]);
    const input = `${api.url}/setup#${link}\nada\n${password}\n${password}\n`;
    expect(await cli.run(args, { input })).toMatchObject({ code: 0 });
    expect(api.asked[0]?.body).toEqual({ token: link, name: 'ada', password, kind: 'bearer' });
    expect(api.faults).toEqual([]);
  });

  test('by code waits until somebody lets it in', async () => {
    const states = ['pending', 'approved'] as const;
    let asked = 0;
    const api = await startFakeApi({
      device_logins_create: () => ({
        device_code: `rmt_dev_${'d'.repeat(43)}`,
        user_code: 'BCDF-GHJK',
        verification_path: '/device',
        interval_seconds: 1,
        expires_at: later.replace('2026', '2096'),
      }),
      device_logins_token() {
        const state = states[asked++] ?? 'approved';
        const isIn = state === 'approved';
        return { state, token: isIn ? session : null, expires_at: isIn ? later : null };
      },
      session_show: () => who,
    });
    const { code, stderr } = await createCli().run(['login', api.url]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'Your code is BCDF-GHJK. Where you are signed in already, approve it:\n  remotes sessions approve BCDF-GHJK\n',
    );
    // There is no page to approve it on.
    expect(stderr).not.toContain('/device');
  });

  test('what is no API token is not sent anywhere', async () => {
    const api = await startFakeApi({ session_show: () => who });
    const cli = createCli();
    const secret = 'a-registration-token.of-a-host';
    const ended = await cli.run(['login', api.url, '--token-stdin'], { input: secret });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('is no API token') });
    expect(ended.stderr).not.toContain(secret);
    const byEnvironment = await cli.run(['hosts'], {
      env: { REMOTES_SERVER: api.url, REMOTES_TOKEN: secret },
    });
    expect(byEnvironment).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no API token') });
    expect(api.asked).toEqual([]);
  });

  test('a token of the environment goes to no server that the environment does not name', async () => {
    const api = await startFakeApi({ session_show: () => who });
    const cli = createCli();
    await cli.run(['login', api.url, '--token-stdin'], { input: token });
    const other = `rmt_api_${'o'.repeat(43)}`;
    const ended = await cli.run(['whoami'], { env: { REMOTES_TOKEN: other } });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('REMOTES_SERVER is not') });
    await cli.run(['whoami', '--server', '127.0.0.1'], { env: { REMOTES_TOKEN: other } });
    expect(api.asked.map(({ headers }) => headers.authorization)).not.toContain(`Bearer ${other}`);
  });

  test('nothing is told to a server beyond this machine without TLS, unless that is agreed to', async () => {
    const args = ['login', 'http://remotes.invalid', '--name', 'ada', '--password-stdin'];
    const cli = createCli();
    expect(await cli.run(args, { input: `${password}\n` })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('spoken to without TLS'),
    });
    expect(await cli.run([...args, '--insecure-http'], { input: `${password}\n` })).toMatchObject({
      code: 5,
      stderr: 'The name remotes.invalid is not known to the DNS: check the address.\n',
    });
  });

  test('a certificate that is not known is refused, and trusted once it is given', async () => {
    const tls = {
      cert: readFileSync(tlsFixture('server.pem')),
      key: readFileSync(tlsFixture('server-key.pem')),
    };
    const api = await startFakeApi({ session_show: () => who }, (listener) => createServer(tls, listener));
    const cli = createCli();
    const args = ['login', api.url, '--token-stdin'];
    const refused = await cli.run(args, { input: token });
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('is not trusted') });
    expect(api.asked).toEqual([]);
    expect(await cli.run([...args, '--ca', tlsFixture('ca.pem')], { input: token })).toMatchObject({
      code: 0,
    });
    expect(await cli.run(['whoami'])).toMatchObject({ code: 0 });
  });

  test('several servers are told apart by name', async () => {
    const [one, other] = [
      await startFakeApi({ session_show: () => who }),
      await startFakeApi({ session_show: () => who }),
    ];
    const cli = createCli();
    await cli.run(['login', one.url, '--token-stdin', '--as', 'one'], { input: token });
    await cli.run(['login', other.url, '--token-stdin', '--as', 'other'], { input: token });
    expect((await cli.run(['use', '-o', 'csv'])).stdout).toBe(
      `name,url,operator,current\r\none,${one.url},ada,\r\nother,${other.url},ada,yes\r\n`,
    );
    await cli.run(['use', 'one']);
    const before = other.asked.length;
    await cli.run(['whoami']);
    expect(other.asked.length).toBe(before);
    await cli.run(['whoami', '--server', 'other']);
    expect(other.asked.length).toBe(before + 1);
  });

  test('who has signed out is forgotten here, and his session there', async () => {
    const api = await startFakeApi({
      session_create: () => signedIn,
      session_show: () => who,
      session_end: () => undefined,
    });
    const cli = createCli();
    await cli.run(['login', api.url, '--name', 'ada', '--password-stdin'], { input: `${password}\n` });
    expect(await cli.run(['logout'])).toMatchObject({ code: 0 });
    expect(api.asked.at(-1)).toMatchObject({
      route: 'session_end',
      headers: { authorization: `Bearer ${session}` },
    });
    expect(readFileSync(join(cli.folder, 'servers.json'), 'utf8')).not.toContain(session);
  });
});
