import { Type } from 'typebox';
import { about, Moment, nullable } from './forms.ts';
import type { ApiRoute } from './route.ts';

const userCodePath = Type.Object({ user_code: Type.String({ maxLength: 20 }) });

/** How a program without a browser gets a session: somebody who is signed in lets it in (after RFC 8628). */
export const deviceLoginsRoutes = {
  device_logins_create: {
    method: 'POST',
    path: '/api/v2/device-logins',
    access: 'anyone',
    summary: 'Ask to be let in by somebody who is signed in elsewhere',
    success: 201,
    answer: Type.Object({
      device_code: about('`rmt_dev_…`: stays with the program.', Type.String()),
      user_code: about('`BCDF-GHJK`: what a person types where they are signed in.', Type.String()),
      verification_path: about('Where that is done in the console, on this server.', Type.String()),
      interval_seconds: Type.Integer(),
      expires_at: Moment,
    }),
  },
  device_logins_show: {
    method: 'GET',
    path: '/api/v2/device-logins/{user_code}',
    access: 'viewer',
    summary: 'Show who waits behind a code',
    params: userCodePath,
    success: 200,
    answer: Type.Object({
      user_code: Type.String(),
      address: about(
        'From where it asks, and what it says it is: let nothing in that you did not start yourself.',
        Type.String(),
      ),
      agent: nullable(Type.String()),
      created_at: Moment,
      expires_at: Moment,
    }),
  },
  device_logins_approve: {
    method: 'POST',
    path: '/api/v2/device-logins/{user_code}/approve',
    access: 'viewer',
    summary: 'Let the program behind a code in, with all rights of the account that asks',
    params: userCodePath,
    success: 204,
  },
  device_logins_deny: {
    method: 'POST',
    path: '/api/v2/device-logins/{user_code}/deny',
    access: 'viewer',
    summary: 'Keep the program behind a code out',
    params: userCodePath,
    success: 204,
  },
  device_logins_token: {
    method: 'POST',
    path: '/api/v2/device-logins/token',
    access: 'anyone',
    summary: 'Ask whether you were let in; the session is handed over once',
    body: Type.Object({ device_code: Type.String({ maxLength: 200 }) }),
    success: 200,
    answer: Type.Object({
      state: Type.Enum(['pending', 'approved', 'denied']),
      token: about(
        '`rmt_ses_…`, for `Authorization: Bearer`; null unless approved.',
        nullable(Type.String()),
      ),
      expires_at: about('When the session ends.', nullable(Moment)),
    }),
  },
} as const satisfies Record<string, ApiRoute>;
