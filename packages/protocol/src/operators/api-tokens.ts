import { type Static, Type } from 'typebox';
import { HostsGroupIds, Role } from './account-forms.ts';
import { about, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

export const ApiToken = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  operator_id: Type.Integer(),
  operator_name: Type.String(),
  role: about("As it was asked for; it never counts for more than its owner's.", Role),
  hosts_groups: nullable(Type.Array(Named)),
  created_at: Moment,
  expires_at: Moment,
  last_used_at: nullable(Moment),
  last_address: nullable(Type.String()),
  revoked_at: nullable(Moment),
});
export type ApiToken = Static<typeof ApiToken>;

const daySeconds = 86_400;

export const apiTokensRoutes = {
  api_tokens_list: {
    method: 'GET',
    path: '/api/v2/api-tokens',
    access: 'viewer',
    summary: 'List your own API tokens; an admin may list those of everybody',
    query: Type.Object({
      ...pageQuery,
      all: about('Of everybody, for admins.', Type.Optional(Type.Boolean({ default: false }))),
    }),
    success: 200,
    answer: pageOf(ApiToken),
  },
  api_tokens_create: {
    method: 'POST',
    path: '/api/v2/api-tokens',
    access: 'viewer',
    summary: 'Make an API token for a program; it is shown this once',
    body: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 100 }),
      role: about('Not above your own, which is usual.', Type.Optional(Role)),
      hosts_groups: about('Within your own, which are usual.', Type.Optional(HostsGroupIds)),
      expires_in_seconds: about(
        'How long it is good: 90 days where it is not said, 400 days at most.',
        Type.Optional(Type.Integer({ minimum: 1, maximum: 400 * daySeconds, default: 90 * daySeconds })),
      ),
    }),
    success: 201,
    answer: Type.Object({
      id: Type.Integer(),
      token: about('`rmt_api_…`, shown this once.', Type.String()),
      expires_at: Moment,
    }),
    isCreating: true,
    shownOnce: ['token'],
  },
  api_tokens_revoke: {
    method: 'DELETE',
    path: '/api/v2/api-tokens/{id}',
    access: 'viewer',
    summary: 'Revoke an API token: your own, or as an admin that of anybody',
    params: numberedPath,
    success: 204,
  },
} as const satisfies Record<string, ApiRoute>;
