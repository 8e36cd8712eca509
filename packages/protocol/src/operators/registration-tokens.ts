import { type Static, Type } from 'typebox';
import { about, Id, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

const tokenMembers = {
  id: Type.Integer(),
  state: Type.Enum(['usable', 'revoked', 'expired', 'used_up']),
  created_at: Moment,
  expires_at: nullable(Moment),
  revoked_at: nullable(Moment),
  uses: about('How many hosts may verify with it; null for any number.', nullable(Type.Integer())),
  hosts_verified: Type.Integer(),
  hosts_groups: Type.Array(Named),
  must_approve: Type.Boolean(),
};
export const RegistrationTokenView = Type.Object(tokenMembers);
export type RegistrationTokenView = Static<typeof RegistrationTokenView>;

/** Null where it cannot be shown: it was sealed under another master key, or a repeated request asks for it. */
const Secret = nullable(Type.String());

/** Registration tokens: each lets hosts in. For accounts whose rights are not narrowed. */
export const registrationTokensRoutes = {
  registration_tokens_list: {
    method: 'GET',
    path: '/api/v2/registration-tokens',
    access: 'admin',
    summary: 'List registration tokens, newest first, without their secrets',
    query: Type.Object({
      ...pageQuery,
      usable: about('Only those that hosts may still register with.', Type.Optional(Type.Boolean())),
    }),
    success: 200,
    answer: pageOf(RegistrationTokenView),
  },
  registration_tokens_create: {
    method: 'POST',
    path: '/api/v2/registration-tokens',
    access: 'admin',
    summary: 'Make a registration token',
    body: Type.Object({
      expires_in_seconds: about(
        'Seven days where it is not said; null: never.',
        Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 3_153_600_000 }))),
      ),
      uses: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }))),
      hosts_groups: about(
        'Ids of hosts groups that its hosts join, besides the usual one.',
        Type.Optional(Type.Array(Id, { maxItems: 1000 })),
      ),
      must_approve: about('Each of its hosts waits to be approved.', Type.Optional(Type.Boolean())),
    }),
    success: 201,
    answer: Type.Object({ ...tokenMembers, token: Secret }),
    isCreating: true,
    shownOnce: ['token'],
  },
  registration_tokens_reveal: {
    method: 'POST',
    path: '/api/v2/registration-tokens/{id}/reveal',
    access: 'admin',
    summary: 'Show the secret of a registration token again; the audit remembers who looked',
    params: numberedPath,
    success: 200,
    answer: Type.Object({ ...tokenMembers, token: Secret }),
  },
  registration_tokens_revoke: {
    method: 'POST',
    path: '/api/v2/registration-tokens/{id}/revoke',
    access: 'admin',
    summary: 'End a registration token at once; hosts that verified with it stay',
    params: numberedPath,
    success: 200,
    answer: RegistrationTokenView,
  },
} as const satisfies Record<string, ApiRoute>;
