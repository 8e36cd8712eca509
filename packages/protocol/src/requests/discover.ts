import { type Static, Type } from 'typebox';

/** `GET /api/v1/discover/`: where everything else is. Public. More endpoints may be added: v1 clients keep them all. */
export const DiscoverAnswer = Type.Object({
  status: Type.Literal('OK'),
  endpoints: Type.Record(Type.String(), Type.String()),
});
export type DiscoverAnswer = Static<typeof DiscoverAnswer>;

export const discover = {
  name: 'discover',
  method: 'GET',
  path: '/api/v1/discover/',
  credential: 'none',
  success: 200,
  answer: DiscoverAnswer,
} as const;
