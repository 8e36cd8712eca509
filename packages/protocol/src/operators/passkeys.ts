import { type Static, Type } from 'typebox';
import { about, Moment, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import type { ApiRoute } from './route.ts';

const Base64Url = Type.String({ maxLength: 20_000, pattern: '^[A-Za-z0-9_-]*$' });
const name = Type.String({ minLength: 1, maxLength: 100 });
/** What browsers say beyond the standard is no error. */
const open = { additionalProperties: true };

/** What a browser is asked for: `options` go to `navigator.credentials` (Web Authentication, level 3, JSON forms). */
export const Ceremony = Type.Object({
  ceremony: about(
    "Goes back along with the browser's answer; worth nothing after five minutes, and good once.",
    Type.String(),
  ),
  options: Type.Object({}, open),
});

const credential = {
  id: Base64Url,
  rawId: Base64Url,
  type: Type.Literal('public-key'),
  authenticatorAttachment: Type.Optional(nullable(Type.String())),
  clientExtensionResults: Type.Optional(Type.Object({}, open)),
};

/** `RegistrationResponseJSON`: what a browser makes of the options for a new passkey. */
export const PasskeyAttestation = Type.Object(
  {
    ...credential,
    response: Type.Object(
      {
        clientDataJSON: Base64Url,
        attestationObject: Base64Url,
        transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 20 })),
      },
      open,
    ),
  },
  open,
);
export type PasskeyAttestation = Static<typeof PasskeyAttestation>;

/** `AuthenticationResponseJSON`: by what a passkey shows itself. */
export const PasskeyAssertion = Type.Object(
  {
    ...credential,
    response: Type.Object(
      {
        clientDataJSON: Base64Url,
        authenticatorData: Base64Url,
        signature: Base64Url,
        userHandle: Type.Optional(nullable(Base64Url)),
      },
      open,
    ),
  },
  open,
);
export type PasskeyAssertion = Static<typeof PasskeyAssertion>;

const Passkey = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  made_for: about('The host name of this server that it was made for: it works there alone.', Type.String()),
  created_at: Moment,
  last_used_at: nullable(Moment),
});

export const passkeysRoutes = {
  passkeys_list: {
    method: 'GET',
    path: '/api/v2/account/passkeys',
    access: 'operator_known',
    summary: 'List your own passkeys, and whether new ones can be made here',
    success: 200,
    answer: Type.Object({
      items: Type.Array(Passkey),
      unavailable_because: about(
        'Why no passkey can be made or used by the address that was called; null where they work.',
        nullable(Type.String()),
      ),
    }),
  },
  passkeys_options: {
    method: 'POST',
    path: '/api/v2/account/passkeys/options',
    access: 'operator_known',
    summary: 'Begin to register a passkey',
    success: 200,
    answer: Ceremony,
  },
  passkeys_create: {
    method: 'POST',
    path: '/api/v2/account/passkeys',
    access: 'operator_known',
    summary: 'Register a passkey',
    body: Type.Object({ name, ceremony: Type.String({ maxLength: 2000 }), response: PasskeyAttestation }),
    success: 201,
    answer: Type.Object({ id: Type.Integer() }),
  },
  passkeys_rename: {
    method: 'PATCH',
    path: '/api/v2/account/passkeys/{id}',
    access: 'operator_known',
    summary: 'Rename one of your own passkeys',
    params: numberedPath,
    body: Type.Object({ name }),
    success: 204,
  },
  passkeys_remove: {
    method: 'DELETE',
    path: '/api/v2/account/passkeys/{id}',
    access: 'operator_known',
    summary: 'Remove one of your own passkeys',
    params: numberedPath,
    success: 204,
  },
} as const satisfies Record<string, ApiRoute>;
