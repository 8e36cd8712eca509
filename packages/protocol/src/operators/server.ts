import { type Static, Type } from 'typebox';
import { yes } from './changes.ts';
import { about, Moment } from './forms.ts';
import type { ApiRoute } from './route.ts';

export const ServerView = Type.Object({
  version: Type.String(),
  server_id: about('Which system this is, whatever keys it has had.', Type.String()),
  signing_key: about('Fingerprints, which hosts and people compare.', Type.String()),
  recovery_key: Type.String(),
  is_recovery_key_in_database: about(
    "Whether the recovery key's private half still lies in the database.",
    Type.Boolean(),
  ),
  previous_signing_keys: Type.Array(
    Type.Object({ signing_key: Type.String(), until: Moment, by: Type.Enum(['signing', 'recovery']) }),
  ),
  is_paused: about('Nothing is offered to any host.', Type.Boolean()),
  time: Moment,
  hosts: about(
    'Hosts within the rights of whoever asks.',
    Type.Object({
      registered: Type.Integer(),
      pending: Type.Integer(),
      verified: Type.Integer(),
      disabled: Type.Integer(),
      /** Of the verified ones. */
      away: Type.Integer(),
    }),
  ),
});
export type ServerView = Static<typeof ServerView>;

/** The server itself. */
export const serverRoutes = {
  server_show: {
    method: 'GET',
    path: '/api/v2/server',
    access: 'viewer',
    summary: 'Show by what hosts know this server, whether it is paused, and how many hosts it has',
    success: 200,
    answer: ServerView,
  },
  server_pause: {
    method: 'POST',
    path: '/api/v2/server/pause',
    access: 'admin',
    summary:
      'From now on offer nothing to any host; what hosts run goes on. For accounts whose rights are not narrowed',
    success: 200,
    answer: Type.Object({ was_paused: Type.Boolean() }),
  },
  server_resume: {
    method: 'POST',
    path: '/api/v2/server/resume',
    access: 'admin',
    summary: 'Offer hosts again what is pending for them. For accounts whose rights are not narrowed',
    body: Type.Object({ yes }),
    success: 200,
    answer: Type.Object({ was_paused: Type.Boolean(), will_run_on_hosts: Type.Integer() }),
  },
} as const satisfies Record<string, ApiRoute>;
