import { type Static, Type } from 'typebox';

/**
 * Server to client, on the live channel, unasked: the last thing that it says. By this alone an ending is final; the code by
 * which the connection is closed proves nothing.
 */
export const Goodbye = Type.Object({
  type: Type.Literal('goodbye'),
  /** One of the names of `close-codes`. */
  code: Type.String(),
  sentence: Type.String(),
});
export type Goodbye = Static<typeof Goodbye>;
