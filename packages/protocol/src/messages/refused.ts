import { type Static, Type } from 'typebox';
import { RunRefusal } from '../values/run-refusal.ts';
import { Uuid } from '../values/text-forms.ts';

/** Client to server: this run was not begun, and why. Answered with `stored`. */
export const Refused = Type.Object({
  type: Type.Literal('refused'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  code: RunRefusal,
});
export type Refused = Static<typeof Refused>;
