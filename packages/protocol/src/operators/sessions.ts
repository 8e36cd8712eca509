import { type Static, Type } from 'typebox';
import { Password, Role } from './account-forms.ts';
import { about, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { Ceremony, PasskeyAssertion } from './passkeys.ts';
import type { ApiRoute } from './route.ts';

/** `cookie`: the answer sets it, for browsers. `bearer`: the answer says the token, for programs. */
const Kind = Type.Optional(Type.Enum(['cookie', 'bearer'], { default: 'cookie' }));
/** Of six digits, from the one-time code app; or a recovery code, `xxxx-xxxx-xxxx-xxxx`. */
const Code = Type.Optional(Type.String({ maxLength: 40 }));

/** Somebody is signed in from now on. */
export const SignedIn = Type.Object({
  operator_id: Type.Integer(),
  name: Type.String(),
  role: Role,
  token: about(
    '`rmt_ses_…`, for `Authorization: Bearer`; null where a cookie was set. Shown this once.',
    nullable(Type.String()),
  ),
  expires_at: Moment,
  lacks_second_factor: about(
    'The role wants a second factor: nothing is allowed before one is enrolled.',
    Type.Boolean(),
  ),
});
export type SignedIn = Static<typeof SignedIn>;

/** Who asks, and by what. */
export const WhoAmI = Type.Object({
  operator_id: Type.Integer(),
  name: Type.String(),
  role: about('As it counts for this request: an API token may do less than its owner.', Role),
  hosts_groups: about('Rights are narrowed to these; null: to none.', nullable(Type.Array(Named))),
  session: about(
    'Null when an API token asks.',
    nullable(
      Type.Object({
        id: Type.Integer(),
        expires_at: Moment,
        /** Until then passwords, factors and tokens may be changed without showing the password again. */
        confirmed_until_at: nullable(Moment),
        has_second_factor: Type.Boolean(),
      }),
    ),
  ),
  api_token: nullable(Type.Object({ id: Type.Integer(), name: Type.String(), expires_at: Moment })),
  has_password: Type.Boolean(),
  has_totp: Type.Boolean(),
  recovery_codes: about('How many recovery codes are left.', Type.Integer()),
  passkeys: Type.Integer(),
  lacks_second_factor: about(
    'The role wants a second factor and this session has none: nothing is allowed but to enrol or show it.',
    Type.Boolean(),
  ),
});
export type WhoAmI = Static<typeof WhoAmI>;

const Session = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum(['cookie', 'bearer']),
  created_at: Moment,
  last_used_at: Moment,
  expires_at: Moment,
  address: Type.String(),
  agent: nullable(Type.String()),
  has_second_factor: Type.Boolean(),
  is_this: about('The one that asks.', Type.Boolean()),
});

export const sessionsRoutes = {
  session_create: {
    method: 'POST',
    path: '/api/v2/session',
    access: 'anyone',
    summary: 'Sign in by name and password',
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 200 }),
      password: Type.String({ minLength: 1, maxLength: 1000 }),
      code: Code,
      kind: Kind,
    }),
    success: 201,
    answer: SignedIn,
  },
  session_passkey_options: {
    method: 'POST',
    path: '/api/v2/session/passkey/options',
    access: 'anyone',
    summary: 'Begin to sign in, or to confirm who you are, by a passkey',
    success: 200,
    answer: Ceremony,
  },
  session_passkey: {
    method: 'POST',
    path: '/api/v2/session/passkey',
    access: 'anyone',
    summary: 'Sign in by a passkey',
    body: Type.Object({ ceremony: Type.String({ maxLength: 2000 }), response: PasskeyAssertion, kind: Kind }),
    success: 201,
    answer: SignedIn,
  },
  session_show: {
    method: 'GET',
    path: '/api/v2/session',
    access: 'operator_known',
    summary: 'Show who is asking, with which rights and factors',
    success: 200,
    answer: WhoAmI,
  },
  session_end: {
    method: 'DELETE',
    path: '/api/v2/session',
    access: 'operator_known',
    summary: 'Sign out: end the session that asks',
    success: 204,
  },
  session_confirm: {
    method: 'POST',
    path: '/api/v2/session/confirm',
    access: 'operator_known',
    summary:
      'Show password and second factor, or a passkey, again: for ten minutes accounts and tokens may be changed',
    body: Type.Object({
      password: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
      code: Code,
      ceremony: about(
        'With `response`: what `/session/passkey/options` gave.',
        Type.Optional(Type.String({ maxLength: 2000 })),
      ),
      response: Type.Optional(PasskeyAssertion),
    }),
    success: 200,
    answer: Type.Object({ confirmed_until_at: Moment }),
  },
  sessions_list: {
    method: 'GET',
    path: '/api/v2/sessions',
    access: 'operator_known',
    summary: 'List your own sessions, newest first',
    success: 200,
    answer: Type.Object({ items: Type.Array(Session) }),
  },
  sessions_end: {
    method: 'DELETE',
    path: '/api/v2/sessions/{id}',
    access: 'operator_known',
    summary: 'End one of your own sessions',
    params: numberedPath,
    success: 204,
  },
  sessions_end_others: {
    method: 'DELETE',
    path: '/api/v2/sessions',
    access: 'operator_known',
    summary: 'End all of your own sessions but the one that asks',
    success: 200,
    answer: Type.Object({ ended: Type.Integer() }),
  },
  setup: {
    method: 'POST',
    path: '/api/v2/setup',
    access: 'anyone',
    summary: 'Use a set-up link, once: choose a password, as the first admin a name too, and sign in',
    body: Type.Object({
      token: about('What stands after `#` in the link.', Type.String({ minLength: 1, maxLength: 200 })),
      name: about(
        'Wanted from a new admin, unless the link names one; anybody else has a name already.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ),
      password: Password,
      code: about('Where a second factor stands that the link does not take away.', Code),
      kind: Kind,
    }),
    success: 201,
    answer: SignedIn,
  },
} as const satisfies Record<string, ApiRoute>;
