import type { ApiRoute } from '@remotes/protocol/operators/route';
import { routes } from '@remotes/protocol/operators/routes';
import { expect, test } from 'vitest';
import { refusalOfAccess } from '../../../src/domain/operators/access.ts';
import type { Actor } from '../../../src/domain/operators/actor.ts';

test('who lacks a second factor that his role wants can see to that and to his sessions, and to nothing else', () => {
  const actor: Actor = {
    operatorId: 1,
    name: 'ada',
    role: 'admin',
    hostsGroupIds: null,
    lacksSecondFactor: true,
    by: { session: 1 },
  };
  const open = Object.entries<ApiRoute>(routes)
    .filter(([, { access }]) => access !== 'anyone' && !refusalOfAccess(access, actor))
    .map(([name]) => name);
  expect(open.toSorted()).toEqual([
    'account_password',
    'passkeys_create',
    'passkeys_list',
    'passkeys_options',
    'passkeys_remove',
    'passkeys_rename',
    'recovery_codes',
    'session_confirm',
    'session_end',
    'session_show',
    'sessions_end',
    'sessions_end_others',
    'sessions_list',
    'totp_begin',
    'totp_confirm',
    'totp_remove',
  ]);
});
