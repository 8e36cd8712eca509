import { Type } from 'typebox';
import { RunState } from '../values/run.ts';
import { about, nullable } from './forms.ts';
import { RunView } from './runs.ts';

/** Runs that ended alike. */
export const OutcomeGroup = Type.Object({
  state: RunState,
  outcome: about('What they have in common; null where nothing came back.', nullable(Type.String())),
  runs: Type.Integer(),
  sample: about('One of them.', RunView),
  stdout: about('The beginnings of what it printed, as text.', Type.String()),
  stderr: Type.String(),
  is_cut: about('Its stdout goes on beyond what stands here, or its stderr does.', Type.Boolean()),
  diff: about(
    'What differs in stdout and stderr from the biggest group, as a unified diff; null for that one, and where it is too much.',
    nullable(Type.String()),
  ),
});
