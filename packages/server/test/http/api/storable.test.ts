import type { RouteName } from '@remotes/protocol/operators/routes';
import { describe, expect, test } from 'vitest';
import { writeCursor } from '../../../src/domain/operators/cursor.ts';
import { eachDatabase } from '../../databases.ts';
import { openFleetDoor } from '../../domain/api/fleet-door.ts';

describe('what no database keeps', () => {
  eachDatabase((open) => {
    test('is refused wherever it is asked for, and no fault', async () => {
      const { admin, fleet } = await openFleetDoor(await open());
      const id = await fleet.define({ name: 'uptime' });
      const targets = { hosts: ['web1'] };
      const huge = 1e300;
      const asked: [RouteName, Parameters<typeof admin>[1], string][] = [
        ['jobs_create', { body: { program: 'x\0y', targets } }, '"program" holds the character NUL'],
        ['jobs_create', { body: { program: 'x', name: 'a\0b', targets } }, '"name" holds'],
        [
          'jobs_create',
          { body: { program: 'x', variables: { 'a\0': 'v' }, targets } },
          '"variables" has a name',
        ],
        ['jobs_create', { body: { program: 'x', yes: huge, targets } }, '"yes" is too large a number'],
        ['jobs_preview', { body: { program: 'x', targets: { hosts: ['\0'] } } }, '"targets.hosts[0]" holds'],
        ['hosts_list', { query: { q: '\0' } }, '"q" holds'],
        ['settings_set', { params: { name: 's' }, body: { value: '\0' } }, '"value"'],
        ['variables_create', { body: { category: 'c', name: 'a\0' } }, '"name"'],
      ];
      for (const [route, ask, sentence] of asked) {
        const { status, json } = await admin(route, ask);
        expect([status, json.code], sentence).toEqual([400, 'invalid_request']);
        expect(json.detail).toContain(sentence);
      }
      const named = await admin('settings_set', { params: { name: 'a\0b' }, body: { value: 'v' } });
      expect([named.status, named.json.code]).toEqual([404, 'not_found']);
      for (const revision of [2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
        expect((await admin('commands_revision', { params: { id, revision } })).status).toBe(404);
        expect((await admin('commands_diff', { params: { id }, query: { to: revision } })).status).toBe(404);
      }
    });

    test('is refused in a cursor that the list never gave out', async () => {
      const { admin, fleet } = await openFleetDoor(await open());
      const id = await fleet.define({ name: 'uptime' });
      const forged: [RouteName, unknown[]][] = [
        ['hosts_list', ['\0']],
        ['variables_matrix', ['\0']],
        ['jobs_list', [1e300, 'x']],
        ['jobs_list', [1.5, 'x']],
        ['jobs_list', [1, '\0']],
        ['runs_list', [1e20]],
        ['audit_list', [1e20]],
        ['api_log_list', [1e20]],
        ['api_tokens_list', [1e300]],
        ['commands_revisions', [2 ** 31]],
      ];
      for (const [route, key] of forged) {
        const cursor = writeCursor(key as (string | number)[]);
        const { status, json } = await admin(route, { params: { id }, query: { cursor } });
        expect([status, json.code], `${route} ${key}`).toEqual([400, 'invalid_request']);
      }
      for (const route of ['jobs_list', 'hosts_list', 'audit_list', 'registration_tokens_list'] as const) {
        const { status } = await admin(route, { query: { cursor: writeCursor([1, 'x']) } });
        expect(status).toBe(route === 'jobs_list' ? 200 : 400);
      }
    });
  });
});
