import { describe, expect, test } from 'vitest';
import { newRegistrationToken } from '../../../src/domain/registration-token.ts';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { openFleetDoor } from './fleet-door.ts';

describe('the server over the API', () => {
  eachDatabase((open) => {
    test('shows its fingerprints to everybody, and counts the hosts that exist for who asks', async () => {
      const database = await open();
      const { admin, as, fleet } = await openFleetDoor(database);
      await addHosts(database, {}, { groups: ['web'] }, { groups: ['web'], state: 'disabled' });
      const { json } = await admin('server_show');
      expect(json).toMatchObject({
        signing_key: (await fleet.mind.serverKeys()).fingerprint,
        is_paused: false,
        hosts: { verified: 2, disabled: 1, pending: 0, away: 0 },
      });
      const vera = await as('vera', 'viewer', [2]);
      expect((await vera('server_show')).json.hosts).toMatchObject({ verified: 1, disabled: 1 });
    });

    test('is paused, and goes on when the number of hosts is agreed to', async () => {
      const database = await open();
      const { admin, fleet, noted } = await openFleetDoor(database);
      await addHosts(database, ...Array.from({ length: 11 }, () => ({})));
      await fleet.define();
      expect((await admin('server_pause')).json).toEqual({ was_paused: false });
      expect((await admin('server_show')).json.is_paused).toBe(true);
      expect((await admin('server_resume')).json).toMatchObject({ code: 'needs_yes', hosts: 11 });
      expect((await admin('server_resume', { body: { yes: 11 } })).json).toEqual({
        was_paused: true,
        will_run_on_hosts: 11,
      });
      expect((await noted()).map(({ action }) => action)).toEqual(['server.pause', 'server.resume']);
    });

    test('a registration token is shown when it is made, and again to whoever is noted for it', async () => {
      const database = await open();
      const { admin, noted } = await openFleetDoor(database);
      await addHosts(database, { groups: ['web'] });
      const made = await admin('registration_tokens_create', {
        body: { hosts_groups: [1], uses: 3, must_approve: true, expires_in_seconds: 60 },
      });
      expect(made.json).toMatchObject({
        state: 'usable',
        uses: 3,
        hosts_groups: [{ id: 1, name: 'web' }],
        expires_at: '2026-01-01T00:01:00.000Z',
      });
      expect(made.json.token.length).toBe(newRegistrationToken('x'.repeat(43)).length);
      const listed = await admin('registration_tokens_list');
      expect(listed.text).not.toContain(made.json.token);
      const params = { id: made.json.id };
      const shown = await admin('registration_tokens_reveal', { params });
      expect(shown.json.token).toBe(made.json.token);
      expect((await admin('registration_tokens_revoke', { params })).json.state).toBe('revoked');
      expect((await admin('registration_tokens_list', { query: { usable: true } })).json.items).toEqual([]);
      const unknown = { hosts_groups: [9] };
      expect((await admin('registration_tokens_create', { body: unknown })).status).toBe(404);
      const notes = await noted();
      expect(notes.map(({ action }) => action)).toEqual([
        'registration_token.create',
        'registration_token.reveal',
        'registration_token.revoke',
      ]);
      expect(JSON.stringify(notes)).not.toContain(made.json.token);
    });

    test('the log of requests is read page by page, newest first', async () => {
      const database = await open();
      const { admin } = await openFleetDoor(database);
      const entry = (requestId: string) => ({
        at: 1,
        requestId,
        method: 'GET',
        path: '/',
        status: 200,
        address: '::1',
        hostName: null,
        operatorName: 'ada',
        clientAgent: null,
        durationMs: 1.5,
        arguments: null,
      });
      await database.write((tables) => tables.apiLog.add(['a', 'b', 'c'].map(entry)));
      const first = await admin('api_log_list', { query: { limit: 2 } });
      expect(first.json.items.map((one: { request_id: string }) => one.request_id)).toEqual(['c', 'b']);
      const { json } = await admin('api_log_list', { query: { cursor: first.json.next } });
      expect(json).toMatchObject({ items: [{ request_id: 'a', operator_name: 'ada' }], next: null });
    });
  });
});
