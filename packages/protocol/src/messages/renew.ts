import { type Static, Type } from 'typebox';

/**
 * Server to client: this memory does not know the session. Nothing of the request was done. Go on with this instance,
 * counting from 0, and say it again.
 */
export const Renew = Type.Object({
  type: Type.Literal('renew'),
  instance: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
});
export type Renew = Static<typeof Renew>;
