import { type Static, Type } from 'typebox';
import { Uuid } from '../values/text-forms.ts';

/** Server to client: a message that was not obeyed. The messages after it were not read, unless `run` names what it is about. */
export const MessageRefusal = Type.Object({
  type: Type.Literal('refusal'),
  /** The type of the message. */
  of: Type.String(),
  run: Type.Optional(Uuid),
  /** One of `errors`. */
  code: Type.String(),
  sentence: Type.String(),
});
export type MessageRefusal = Static<typeof MessageRefusal>;
