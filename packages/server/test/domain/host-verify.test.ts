import { isRefusal } from '@remotes/protocol/errors';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { createFleet, createMachine } from './small-fleet.ts';

const hourMs = 60 * 60 * 1000;

describe('registering and verifying', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      return { database, fleet, machine: createMachine(fleet), tables: database.storage.tables };
    };

    test('a host becomes verified, active, named by its id, and a member of the automatic group', async () => {
      const { fleet, machine, tables } = await begin();
      await machine.enrol(await fleet.addToken());
      const host = await machine.known();
      expect(host).toMatchObject({ name: '000001', state: 'verified', uuid: machine.uuid });
      expect(host.hostsGroups.map(({ name }) => name)).toEqual(['All hosts']);
      expect(machine.token).toMatch(/^[0-9a-f]{40}$/);
      expect(JSON.stringify(await tables.hosts.list())).not.toContain(machine.token);
    });

    test('it joins the group that hosts_group_auto_add names, and those of its token', async () => {
      const { fleet, machine } = await begin();
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'hosts_group_auto_add',
          value: 'Everybody',
          description: '',
          isSecret: false,
          isActive: true,
        }),
      );
      await machine.enrol(await fleet.addToken({}, ['Web', 'Db']));
      const names = (await machine.known()).hostsGroups.map(({ name }) => name);
      expect(names.sort()).toEqual(['Db', 'Everybody', 'Web']);
    });

    test('the same key registers as the same host', async () => {
      const { fleet, machine, tables } = await begin();
      const token = await fleet.addToken();
      await machine.enrol(token);
      const { uuid } = machine;
      await machine.enrol(token);
      expect(machine.uuid).toBe(uuid);
      expect(await tables.hosts.list()).toHaveLength(1);
    });

    test('a disabled host that verifies again stays disabled', async () => {
      const { fleet, machine, tables } = await begin();
      const token = await fleet.addToken();
      await machine.enrol(token);
      await fleet.administer((all) => all.hosts.change(1, { state: 'disabled' }));
      expect(await machine.register(token)).toMatchObject({ refused: 'host_disabled' });
      expect(await machine.verify(token)).toMatchObject({ refused: 'host_disabled' });
      expect((await tables.hosts.byId(1))?.state).toBe('disabled');
      expect(await machine.identify()).toMatchObject({ refused: 'permission_denied' });
    });

    test('a signature that was seen before is refused: the same signed body cannot be replayed', async () => {
      const { fleet, machine } = await begin();
      const token = await fleet.addToken();
      await machine.register(token);
      const signature = machine.sign();
      expect(await machine.verify(token, signature)).toBeUndefined();
      expect(await machine.verify(token, signature)).toMatchObject({ refused: 'signature_replayed' });
      // Another spelling of the same bytes is the same signature.
      const respelt = `${signature.slice(0, 60)}\n-_${signature.slice(60)}`;
      expect(await machine.verify(token, respelt)).toMatchObject({ refused: 'signature_replayed' });
      expect(await machine.verify(token)).toBeUndefined();
    });

    test('a second verify locks nobody out: the former token works until the new one is first used', async () => {
      const { fleet, machine } = await begin();
      const token = await fleet.addToken();
      await machine.enrol(token);
      const former = machine.token;
      await machine.known();
      await machine.verify(token);
      expect(isRefusal(await machine.identify(former))).toBe(false);
      expect(isRefusal(await machine.identify())).toBe(false);
      expect(await machine.identify(former)).toMatchObject({ refused: 'invalid_token' });
    });

    test('uses are counted at verify and refused at register, where a v1 client survives it', async () => {
      const { fleet, machine } = await begin();
      const token = await fleet.addToken({ uses: 1 });
      expect(await machine.register(token)).toBeUndefined();
      const other = createMachine(fleet);
      expect(await other.register(token)).toMatchObject({ refused: 'token_used_up' });
      expect(await machine.verify(token)).toBeUndefined();
      expect(await machine.verify(token)).toBeUndefined();
      expect(await other.register(token)).toMatchObject({ refused: 'token_used_up' });
    });

    test('a place that was registered for and never taken is free again after an hour', async () => {
      const { fleet, machine } = await begin();
      const token = await fleet.addToken({ uses: 1 });
      await machine.register(token);
      fleet.pass(hourMs + 1);
      const other = createMachine(fleet);
      expect(await other.register(token)).toBeUndefined();
      expect(await other.verify(token)).toBeUndefined();
      expect(await machine.verify(token)).toMatchObject({ refused: 'token_used_up' });
    });

    test('a token that expires or is revoked refuses newcomers; who registered in time may still verify', async () => {
      const { fleet, machine } = await begin();
      const token = await fleet.addToken({ expiresAt: fleet.mind.clock() + 1000 });
      await machine.register(token);
      fleet.pass(1000);
      expect(await createMachine(fleet).register(token)).toMatchObject({ refused: 'token_expired' });
      expect(await machine.verify(token)).toBeUndefined();
      const revoked = await fleet.addToken();
      const late = createMachine(fleet);
      await late.register(revoked);
      await fleet.administer((all) => all.registrationTokens.revoke(revoked.id, fleet.mind.clock()));
      expect(await createMachine(fleet).register(revoked)).toMatchObject({ refused: 'token_revoked' });
      expect(await late.verify(revoked)).toMatchObject({ refused: 'token_revoked' });
    });

    test('a host that must be approved gets its token and nothing else until it is', async () => {
      const { fleet, machine } = await begin();
      await machine.enrol(await fleet.addToken({ mustApprove: true }));
      expect(await machine.identify()).toMatchObject({ refused: 'host_not_approved' });
      await fleet.administer((all) => all.hosts.change(1, { state: 'verified', needsApproval: false }));
      expect(await machine.known()).toMatchObject({ state: 'verified' });
    });

    test('wrong input is refused with what is wrong, and stores nothing', async () => {
      const { fleet, machine, tables } = await begin();
      const token = await fleet.addToken();
      await machine.register(token);
      const { verifyHost } = await import('../../src/domain/host-verify.ts');
      const { registerHost } = await import('../../src/domain/host-register.ts');
      const { uuid } = machine;
      const cases: [Record<string, unknown>, string][] = [
        [{}, 'missing_uuid'],
        [{ uuid: null }, 'missing_uuid'],
        [{ uuid }, 'missing_encrypted'],
        [{ uuid: 'no uuid', encrypted: 'x' }, 'host_not_found'],
        [{ uuid: 7, encrypted: 'x' }, 'host_not_found'],
        [{ uuid: '00000000-0000-4000-8000-000000000000', encrypted: machine.sign() }, 'host_not_found'],
        [{ uuid, encrypted: 'AAAAA' }, 'invalid_signature'],
        [{ uuid, encrypted: ['x'] }, 'invalid_signature'],
        [{ uuid, encrypted: createMachine(fleet).sign() }, 'invalid_signature'],
      ];
      for (const [fields, refused] of cases) {
        expect(await verifyHost(fleet.mind, token, fields)).toMatchObject({ refused });
      }
      const keys = ['x', 7, {}, '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'];
      for (const key of keys) {
        const answer = await registerHost(fleet.mind, token, { public_key: key });
        expect(answer).toMatchObject({ refused: 'invalid_public_key' });
      }
      expect(await registerHost(fleet.mind, token, {})).toMatchObject({ refused: 'missing_public_key' });
      expect(await tables.hosts.list()).toHaveLength(1);
      expect((await tables.hosts.byId(1))?.state).toBe('registered');
    });

    test('nobody is answered without a token, whatever the state of the hosts', async () => {
      const { fleet, machine } = await begin();
      await machine.enrol(await fleet.addToken());
      for (const token of ['', 'undefined', 'null', machine.uuid, '0'.repeat(40)]) {
        expect(await machine.identify(token)).toMatchObject({ refused: 'invalid_token' });
      }
    });
  });
});
