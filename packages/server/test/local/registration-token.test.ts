import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { registrationSecretHash } from '../../src/domain/registration-token.ts';
import { createDatabase, databaseKinds, eachDatabase } from '../databases.ts';
import { createFleet, createMachine } from '../domain/small-fleet.ts';
import { administer } from './program.ts';

const tokenLine = /^[A-Za-z0-9_][A-Za-z0-9_-]{42}\.[A-Za-z0-9_-]{43}\n$/;
const dayMs = 24 * 60 * 60 * 1000;

describe('remotes-server registration_token', () => {
  eachDatabase((open, kind) => {
    test('prints a usable token and nothing else', async () => {
      const database = await open();
      const { status, stdout, stderr } = await administer(database, 'registration_token');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(tokenLine);
      const machine = createMachine(await createFleet(database));
      await machine.enrol({ secretHash: registrationSecretHash(stdout.trim()) });
      expect(await machine.known()).toMatchObject({ name: '000001', state: 'verified' });
    });

    test('a token lives for seven days and any number of uses, or as its options say', async () => {
      const database = await open();
      await database.write(async (tables) => {
        await tables.hostsGroups.add('web', true);
        await tables.hostsGroups.add('db', true);
      });
      const { tables } = database.storage;
      const newest = async () => (await tables.registrationTokens.list()).at(-1);
      const began = Date.now();
      await administer(database, 'registration-token');
      const usual = await newest();
      expect(usual).toMatchObject({ uses: null, mustApprove: false });
      expect(usual?.expiresAt).toBe((usual?.createdAt ?? 0) + 7 * dayMs);
      expect(usual?.createdAt).toBeGreaterThanOrEqual(began);

      const options = ['--expires', '12h', '--uses', '3', '--approve', '--group', 'web', '--group=db'];
      await administer(database, 'registration_token', ...options);
      const special = await newest();
      expect(special).toMatchObject({ uses: 3, mustApprove: true });
      expect(special?.expiresAt).toBe((special?.createdAt ?? 0) + dayMs / 2);
      expect(await tables.registrationTokens.hostsGroupIds(special?.id ?? 0)).toEqual([1, 2]);

      await administer(database, 'registration_token', '--expires', 'never');
      expect((await newest())?.expiresAt).toBeNull();
      const json = await administer(database, 'registration_token', '--expires=2999-12-31T18:00Z', '--json');
      expect(JSON.parse(json.stdout)).toEqual({
        id: 4,
        token: expect.stringMatching(/^.{87}$/),
        expires_at: '2999-12-31T18:00:00.000Z',
        uses: null,
      });
    });

    test('a group that is not there is refused with the names of those there are, and no token is made', async () => {
      const database = await open();
      await database.write((tables) => tables.hostsGroups.add('web', true));
      expect(await administer(database, 'registration_token', '--group', 'wbe')).toEqual({
        status: 1,
        stdout: '',
        stderr:
          'There is no hosts group "wbe"; there are: "web". "remotes-server apply" makes one from a file that says hosts_groups: [{name: "wbe"}].\n',
      });
      const json = await administer(database, 'registration_token', '--group', 'wbe', '--json');
      expect(json.status).toBe(1);
      expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'unknown_hosts_group' } });
      expect(await database.storage.tables.registrationTokens.list()).toEqual([]);
    });

    test('list hides the secrets, and shows them when it is told to', async () => {
      const database = await open();
      await database.write((tables) => tables.hostsGroups.add('web', true));
      const token = (
        await administer(database, 'registration_token', '--group=web', '--uses=2')
      ).stdout.trim();
      const hidden = await administer(database, 'registration_token', 'list');
      expect(hidden.stdout).toMatch(
        /^ID +STATE +EXPIRES +USED +APPROVAL +GROUPS\n1 +usable +2\S+ \S+ +0 of 2 +web\n$/,
      );
      const asJson = await administer(database, 'registration_token', 'list', '--json');
      expect(hidden.stdout + asJson.stdout).not.toContain(token.slice(0, 43));
      expect(JSON.parse(asJson.stdout)).toEqual([
        {
          id: 1,
          state: 'usable',
          created_at: expect.any(String),
          expires_at: expect.any(String),
          revoked_at: null,
          uses: 2,
          hosts_verified: 0,
          hosts_groups: ['web'],
          must_approve: false,
        },
      ]);
      const shown = await administer(database, 'registration_token', 'list', '--show');
      expect(shown.stdout).toContain(`\n    ${token}\n`);
      const json = await administer(database, 'registration_token', 'list', '--show', '--json');
      expect(JSON.parse(json.stdout)).toMatchObject([{ token }]);
    });

    test('a new signing key leaves tokens good; one that the recovery key names revokes them all', async () => {
      const database = await open();
      const file = join(database.dataFolder, 'recovery.pem');
      const keys = async (...args: string[]) =>
        expect(await administer(database, 'keys', ...args)).toMatchObject({ status: 0 });
      const states = async () => {
        const { stdout } = await administer(database, 'registration_token', 'list', '--json');
        return JSON.parse(stdout).map(({ state }: { state: string }) => state);
      };
      await administer(database, 'registration_token');
      await keys('take-recovery', file);
      await keys('rotate');
      expect(await states()).toEqual(['usable']);
      await keys('rotate', '--recovery', file);
      await administer(database, 'registration_token');
      expect(await states()).toEqual(['revoked', 'usable']);
      await keys('rotate');
      expect(await states()).toEqual(['revoked', 'usable']);
      const { stdout } = await administer(database, 'registration_token', 'list');
      expect(stdout).toMatch(/\n1 +revoked .*\n2 +usable /);
    });

    test('revoke ends tokens, all or none', async () => {
      const database = await open();
      await administer(database, 'registration_token');
      await administer(database, 'registration_token');
      expect(await administer(database, 'registration_token', 'revoke', '1', '9')).toEqual({
        status: 1,
        stdout: '',
        stderr: 'There is no registration token 9: the list of registration tokens shows their ids.\n',
      });
      expect((await administer(database, 'registration_token', 'revoke', '1')).stdout).toBe(
        'Registration token 1 is revoked.\n',
      );
      expect((await administer(database, 'registration_token', 'revoke', '1', '2')).stdout).toBe(
        'Registration token 2 is revoked.\nRegistration token 1 was revoked before.\n',
      );
      const { stdout } = await administer(database, 'registration_token', 'list');
      expect(stdout).toMatch(/1 +revoked .*\n2 +revoked /);
    });

    test('nothing is sealed without the master key that the database was made with', async () => {
      const database = await open();
      await administer(database, 'registration_token');
      const tokens = () => database.storage.tables.registrationTokens.list();
      expect(await tokens()).toHaveLength(1);
      if (kind === 'postgres') {
        const elsewhere = mkdtempSync(join(tmpdir(), 'remotes-elsewhere-'));
        onTestFinished(() => rmSync(elsewhere, { recursive: true }));
        const refused = await administer({ ...database, dataFolder: elsewhere }, 'registration_token');
        expect(refused).toMatchObject({
          status: 1,
          stdout: '',
          stderr: `The master key of this database is not here: set REMOTES_SECRET_KEY, or copy the server's secret.key into ${elsewhere}.\n`,
        });
        expect(existsSync(join(elsewhere, 'secret.key'))).toBe(false);
      }
      rmSync(join(database.dataFolder, 'secret.key'));
      const refused = await administer(database, 'registration_token', 'list', '--show');
      expect(refused.stderr).toMatch(/^The master key of this database is not here/);
      expect(await administer(database, 'registration_token', 'list')).toMatchObject({ status: 0 });
      expect(await tokens()).toHaveLength(1);
    });
  });

  test.each(databaseKinds)('makes the database where there is none yet (%s)', async (kind) => {
    const place = await createDatabase(kind);
    onTestFinished(place.remove);
    expect(await administer(place, 'registration_token')).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(join(place.dataFolder, 'secret.key')).mode & 0o777).toBe(0o600);
    if (kind === 'sqlite') expect(statSync(join(place.dataFolder, 'remotes.db')).mode & 0o777).toBe(0o600);
    expect((await administer(place, 'registration_token', 'list')).stdout).toMatch(/^ID .*\n1 +usable /);
  });

  test.each([
    [
      ['--expires', 'soon'],
      '--expires takes a time such as 7d, 12h or 30m, "never", or a date such as 2027-01-31, not "soon".',
    ],
    [['--expires', '0d'], '--expires 0d is not in the future.'],
    [['--expires', '2001-01-01'], '--expires 2001-01-01 is not in the future.'],
    [['--expires', '999999999d'], '--expires takes a time such as'],
    [['--uses', '0'], '--uses must be a whole number from 1 up, not "0".'],
    [['--uses', '1.5'], '--uses must be a whole number from 1 up, not "1.5".'],
    [['--use', '1'], "Unknown option '--use'"],
    [['make'], 'It cannot "make": it knows list, revoke.'],
    [['list', '--uses', '1'], '--uses means nothing to "registration_token list".'],
    [['list', 'all'], '"registration_token list" takes no words, not "all".'],
    [['revoke'], '"registration_token revoke" takes ID…, not nothing.'],
    [['revoke', 'x'], '"x" is not the id of a token: "registration_token list" shows the ids.'],
  ])('does not understand %j, says so and makes nothing', async (args, sentence) => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    const { status, stdout, stderr } = await administer(place, 'registration_token', ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('"remotes-server registration_token --help" explains it.\n');
    expect(existsSync(join(place.dataFolder, 'remotes.db'))).toBe(false);
  });
});
