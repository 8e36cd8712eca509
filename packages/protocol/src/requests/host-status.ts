import { type Static, Type } from 'typebox';

export const HostStatusAnswer = Type.Object({
  status: Type.Literal('OK'),
  app_name: Type.String(),
  version: Type.String(),
  id: Type.Integer({ description: 'the host' }),
  user_id: Type.Integer(),
  user_name: Type.String(),
  hosts_groups: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })),
});
export type HostStatusAnswer = Static<typeof HostStatusAnswer>;

/** `GET /api/v1/host/status/`: who the server takes this host for. Host token. */
export const hostStatus = {
  name: 'host_status',
  method: 'GET',
  path: '/api/v1/host/status/',
  credential: 'host_token',
  success: 200,
  answer: HostStatusAnswer,
} as const;
