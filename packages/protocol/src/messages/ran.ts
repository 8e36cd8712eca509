import { type Static, Type } from 'typebox';
import { Count, TimeMs, Uuid } from '../values/text-forms.ts';

/** What a host's journal keeps for ever of each run that it carried out. */
export const PastRun = Type.Object({
  run: Uuid,
  job: Uuid,
  attempt: Count,
  wire_number: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  revision: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }),
  name: Type.String({ maxLength: 500 }),
  state: Type.Enum(['succeeded', 'failed', 'timed_out', 'stopped', 'interrupted', 'refused']),
  exit_code: Type.Union([Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 32 - 1 }), Type.Null()]),
  finished_at_ms: Type.Union([TimeMs, Type.Null()]),
});
export type PastRun = Static<typeof PastRun>;

/** Client to server: its whole past, in as many messages as it takes. */
export const Ran = Type.Object({
  type: Type.Literal('ran'),
  runs: Type.Array(PastRun, { maxItems: 1000 }),
  is_last: Type.Boolean(),
});
export type Ran = Static<typeof Ran>;

/** Server to client: written down. After the last one runs are offered again. */
export const Recalled = Type.Object({
  type: Type.Literal('recalled'),
  /** How many of them the server did not know. */
  learnt: Type.Integer({ minimum: 0 }),
});
export type Recalled = Static<typeof Recalled>;
