import { type Static, Type } from 'typebox';

/** `GET /api/status/`: who is there. Public. */
export const StatusAnswer = Type.Object({
  status: Type.Literal('OK'),
  app_name: Type.String(),
  version: Type.String(),
  server_url: Type.String({ description: 'scheme and host, with a final slash' }),
  discover: Type.String({ description: 'path of the discover request' }),
});
export type StatusAnswer = Static<typeof StatusAnswer>;

export const status = {
  name: 'status',
  method: 'GET',
  path: '/api/status/',
  credential: 'none',
  success: 200,
  answer: StatusAnswer,
} as const;
