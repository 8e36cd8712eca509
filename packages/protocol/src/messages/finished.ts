import { type Static, Type } from 'typebox';
import { Signature, Uuid } from '../values/text-forms.ts';

/** Client to server: how a run ended, signed. */
export const Finished = Type.Object({
  type: Type.Literal('finished'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  /** Canonical JSON of a RunStatement (`values/run-statement`). */
  statement: Type.String({ maxLength: 16_384 }),
  /** Of the channel key, for the purpose `result`, over the statement. */
  signature: Signature,
  /** The text of the JSON list that the program returned; null when it returned none. */
  result: Type.Union([Type.String(), Type.Null()]),
});
export type Finished = Static<typeof Finished>;

/** Server to client: this report is on disk, and may be forgotten. */
export const Stored = Type.Object({
  type: Type.Literal('stored'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
});
export type Stored = Static<typeof Stored>;
