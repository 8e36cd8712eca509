import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { minuteMs, openAccounts, password } from './account-door.ts';
import { storedText } from './stored-text.ts';

const step = 30_000;

describe('one-time codes', () => {
  eachDatabase((open) => {
    test('are asked for from the moment the first one was shown', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const begun = await as('POST', '/account/totp');
      expect(begun.json.url).toMatch(/^otpauth:\/\/totp\/Remotes:ada\?issuer=Remotes&secret=[A-Z2-7]{32}&/);
      expect(await accounts.signIn()).toBeDefined();
      expect((await as('POST', '/account/totp/confirm', { code: '000000' })).json.code).toBe(
        'sign_in_failed',
      );
      const confirmed = await as('POST', '/account/totp/confirm', {
        code: accounts.code(begun.json.secret),
      });
      expect(confirmed.json.recovery_codes).toHaveLength(10);
      accounts.pass(step);
      const sign = (code?: string) =>
        accounts.nobody('POST', '/session', { name: 'ada', password, code, kind: 'bearer' });
      expect(await sign()).toMatchObject({ status: 401, json: { code: 'second_factor_wanted' } });
      expect((await sign('123456')).json.code).toBe('sign_in_failed');
      expect((await sign(accounts.code(begun.json.secret))).status).toBe(201);
      expect((await as('GET', '/session')).json).toMatchObject({
        has_totp: true,
        recovery_codes: 10,
        session: { has_second_factor: true },
      });
    });

    test('are good once, also at two servers at once, and make those before them worthless', async () => {
      const accounts = await openAccounts(await open());
      const { secret } = await accounts.enrolTotp(await accounts.signIn());
      const sign = (code: string) => accounts.nobody('POST', '/session', { name: 'ada', password, code });
      // The one it was enrolled by.
      expect((await sign(accounts.code(secret))).status).toBe(401);
      accounts.pass(step);
      const code = accounts.code(secret);
      const answers = await Promise.all([sign(code), sign(code), sign(code)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
      expect((await sign(code)).status).toBe(401);
      accounts.pass(step);
      expect((await sign(code)).status).toBe(401);
      expect((await sign(accounts.code(secret))).status).toBe(201);
    });

    test('are taken a step early or late, and no more', async () => {
      const accounts = await openAccounts(await open());
      const { secret } = await accounts.enrolTotp(await accounts.signIn());
      const now = () => accounts.fleet.mind.clock();
      const sign = async (at: number) => {
        const code = accounts.code(secret, at);
        return (await accounts.nobody('POST', '/session', { name: 'ada', password, code })).status;
      };
      accounts.pass(10 * step);
      expect(await sign(now() - 2 * step)).toBe(401);
      expect(await sign(now() + 2 * step)).toBe(401);
      expect(await sign(now() - step)).toBe(201);
      expect(await sign(now() + step)).toBe(201);
    });

    test('have recovery codes in their place, each good once, however it is typed', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const { recoveryCodes } = await accounts.enrolTotp(as);
      const [first = '', second = ''] = recoveryCodes;
      const sign = (code: string) => accounts.nobody('POST', '/session', { name: 'ada', password, code });
      expect((await sign(first.toUpperCase().replaceAll('-', ' '))).status).toBe(201);
      expect((await sign(first)).status).toBe(401);
      expect((await as('GET', '/session')).json.recovery_codes).toBe(9);
      const renewed = await as('POST', '/account/recovery-codes');
      expect((await sign(second)).status).toBe(401);
      expect((await sign(renewed.json.recovery_codes[0])).status).toBe(201);
    });

    test('rest sealed, recovery codes as hashes', async () => {
      const database = await open();
      const accounts = await openAccounts(database);
      const { secret, recoveryCodes } = await accounts.enrolTotp(await accounts.signIn());
      const text = await storedText(database);
      for (const code of [
        secret,
        ...recoveryCodes,
        ...recoveryCodes.map((each) => each.replaceAll('-', '')),
      ]) {
        expect(text).not.toContain(code);
      }
    });

    test('end with their recovery codes, by a session that was confirmed', async () => {
      const accounts = await openAccounts(await open());
      const as = await accounts.signIn();
      const { recoveryCodes } = await accounts.enrolTotp(as);
      accounts.pass(11 * minuteMs);
      expect((await as('DELETE', '/account/totp')).json.code).toBe('confirmation_wanted');
      expect((await as('POST', '/session/confirm', { password })).json.code).toBe('second_factor_wanted');
      const confirmed = await as('POST', '/session/confirm', { password, code: recoveryCodes[0] });
      expect(confirmed.status).toBe(200);
      expect((await as('DELETE', '/account/totp')).status).toBe(204);
      expect((await as('GET', '/session')).json).toMatchObject({ has_totp: false, recovery_codes: 0 });
      await accounts.signIn();
    });
  });
});

describe('a role that wants a second factor', () => {
  eachDatabase((open) => {
    test('may do nothing without one but enrol it', async () => {
      const accounts = await openAccounts(await open());
      const former = await accounts.signIn();
      const token = await former('POST', '/api-tokens', { name: 'ci' });
      await accounts.setting('second_factor_required_for', 'admin, operator');
      await accounts.add('viola', 'viewer');
      expect((await (await accounts.signIn('viola'))('GET', '/hosts')).status).toBe(200);
      const api = accounts.bearer(token.json.token);
      for (const as of [former, await accounts.signIn(), api]) {
        expect(await as('GET', '/hosts')).toMatchObject({
          status: 401,
          json: { code: 'second_factor_wanted' },
        });
        expect((await as('POST', '/api-tokens', { name: 'x' })).json.code).toBe('second_factor_wanted');
        expect((await as('GET', '/session')).json.lacks_second_factor).toBe(true);
      }
      await accounts.enrolTotp(former);
      expect((await former('GET', '/hosts')).status).toBe(200);
      expect((await api('GET', '/hosts')).status).toBe(200);
    });
  });
});
