import { Type } from 'typebox';
import { RunState } from '../values/run.ts';
import { nullable } from './forms.ts';
import { RunView } from './runs.ts';

/** Runs that ended alike. */
export const OutcomeGroup = Type.Object({
  state: RunState,
  /** What they have in common; null where nothing came back. */
  outcome: nullable(Type.String()),
  runs: Type.Integer(),
  /** One of them. */
  sample: RunView,
  /** The beginnings of what it printed, as text. */
  stdout: Type.String(),
  stderr: Type.String(),
  /** Its stdout goes on beyond what stands here, or its stderr does. */
  is_cut: Type.Boolean(),
  /** What differs in stdout and stderr from the biggest group, as a unified diff; null for that one, and where it is too much. */
  diff: nullable(Type.String()),
});
