import { type Static, Type } from 'typebox';
import { Uuid } from '../values/text-forms.ts';

/**
 * Client to server, carries bytes: the next piece of what a program printed. Over HTTP the pieces of a run stand in the
 * request that holds its `finished`, before it. On the live channel they come while it runs, at most {@link mostChunkBytes} each.
 */
export const Output = Type.Object({
  type: Type.Literal('output'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  stream: Type.Enum(['stdout', 'stderr']),
  /** Counts from 0, for each stream by itself. */
  chunk: Type.Integer({ minimum: 0 }),
  bytes: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Output = Static<typeof Output>;

/** The most that one piece may hold on the live channel. */
export const mostChunkBytes = 64 * 1024;
