import { describe, expect, test } from 'vitest';
import { newRegistrationToken, registrationSecretHash } from '../../src/domain/registration-token.ts';
import { type TokenRequest, tokenStanding } from '../../src/domain/registration-token-administration.ts';
import { eachDatabase } from '../databases.ts';
import { createFleet, createMachine, start } from './small-fleet.ts';
import { tester } from './tester.ts';

describe('making and revoking registration tokens', () => {
  test('no token begins with a dash, which an option would begin with', () => {
    const tokens = Array.from({ length: 1000 }, () => newRegistrationToken('fingerprint'));
    expect(tokens.filter((token) => token.startsWith('-'))).toEqual([]);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const make = (differing: Partial<TokenRequest> = {}) =>
        database.storage.decide('createRegistrationToken', {
          secretHash: registrationSecretHash(newRegistrationToken('fingerprint')),
          sealed: 'sealed',
          hostsGroups: [],
          expiresAt: null,
          uses: null,
          mustApprove: false,
          now: start,
          by: tester,
          ...differing,
        });
      const revoke = (...ids: number[]) =>
        database.storage.decide('revokeRegistrationTokens', { ids, now: start, by: tester });
      return { database, tables: database.storage.tables, make, revoke };
    };

    test('its hosts join the groups that it names', async () => {
      const { database, make } = await begin();
      await database.write((tables) => tables.hostsGroups.add('web', true));
      const secretHash = registrationSecretHash('secret');
      expect(await make({ secretHash, hostsGroups: ['web'] })).toEqual({ id: 1 });
      const machine = createMachine(await createFleet(database));
      await machine.enrol({ secretHash });
      expect((await machine.known()).hostsGroups.map(({ name }) => name).sort()).toEqual([
        'All hosts',
        'web',
      ]);
    });

    test('a group that is not there is refused, and no token is made', async () => {
      const { tables, make } = await begin();
      expect(await make({ hostsGroups: ['web'] })).toMatchObject({ declined: 'unknown_hosts_group' });
      expect(await tables.registrationTokens.list()).toEqual([]);
    });

    test('nobody registers with a revoked token, and its hosts stay', async () => {
      const { database, make, revoke } = await begin();
      const fleet = await createFleet(database);
      const secretHash = registrationSecretHash('secret');
      await make({ secretHash });
      const machine = createMachine(fleet);
      await machine.enrol({ secretHash });
      expect(await revoke(1)).toEqual({ revoked: [1], unchanged: [] });
      expect(await createMachine(fleet).register({ secretHash })).toMatchObject({ refused: 'token_revoked' });
      expect(await machine.list()).toEqual([]);
    });

    test('all of them are revoked or none; one that was revoked keeps its time', async () => {
      const { tables, make, revoke } = await begin();
      await make();
      await make();
      expect(await revoke(1, 7)).toEqual({
        declined: 'unknown_registration_token',
        sentence: 'There is no registration token 7: the list of registration tokens shows their ids.',
      });
      expect((await tables.registrationTokens.list()).map(({ revokedAt }) => revokedAt)).toEqual([
        null,
        null,
      ]);
      await revoke(1);
      expect(await revoke(1, 2)).toEqual({ revoked: [2], unchanged: [1] });
    });

    test('its standing is told: usable, expired, used up or revoked', async () => {
      const { tables, make, revoke } = await begin();
      await make();
      await make({ expiresAt: start + 1 });
      await make({ uses: 0 });
      await make();
      await revoke(4);
      const standings = async (now: number) =>
        (await tables.registrationTokens.list()).map((token) => tokenStanding(token, now));
      expect(await standings(start)).toEqual(['usable', 'usable', 'used_up', 'revoked']);
      expect(await standings(start + 1)).toEqual(['usable', 'expired', 'used_up', 'revoked']);
    });
  });
});
