import { Type } from 'typebox';
import { Password } from './account-forms.ts';
import { about } from './forms.ts';
import type { ApiRoute } from './route.ts';

/** Ten, each good once, in the place of a one-time code. Shown this once. */
const RecoveryCodes = Type.Object({ recovery_codes: Type.Array(Type.String()) });

export const accountRoutes = {
  account_password: {
    method: 'PUT',
    path: '/api/v2/account/password',
    access: 'operator_known',
    summary: 'Change your own password; every other session of the account ends',
    body: Type.Object({ password: Password }),
    success: 204,
  },
  totp_begin: {
    method: 'POST',
    path: '/api/v2/account/totp',
    access: 'operator_known',
    summary: 'Begin to use one-time codes: a new secret, shown this once',
    success: 200,
    answer: Type.Object({
      secret: about('Base32, to be typed into an app.', Type.String()),
      url: about('The same as `otpauth://totp/…`, for a QR code.', Type.String()),
    }),
  },
  totp_confirm: {
    method: 'POST',
    path: '/api/v2/account/totp/confirm',
    access: 'operator_known',
    summary: 'Prove by a code that the app has the secret: from now on signing in takes a code',
    body: Type.Object({ code: Type.String({ maxLength: 40 }) }),
    success: 200,
    answer: RecoveryCodes,
  },
  totp_remove: {
    method: 'DELETE',
    path: '/api/v2/account/totp',
    access: 'operator_known',
    summary: 'Use one-time codes and recovery codes no more',
    success: 204,
  },
  recovery_codes: {
    method: 'POST',
    path: '/api/v2/account/recovery-codes',
    access: 'operator_known',
    summary: 'Make ten new recovery codes; the former ones are worth nothing any more',
    success: 200,
    answer: RecoveryCodes,
  },
} as const satisfies Record<string, ApiRoute>;
