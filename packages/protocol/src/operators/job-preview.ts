import { type Static, Type } from 'typebox';
import { Interpreter } from '../values/interpreter.ts';
import { about, Named, nullable } from './forms.ts';

const Presence = Type.Enum(['online', 'away', 'never']);

/** What a job would be: nothing is made. */
export const JobPreview = Type.Object({
  targets: about('How many hosts.', Type.Integer()),
  away: Type.Integer(),
  never: about('Never seen since they registered.', Type.Integer()),
  needs_yes: about('Making it wants `yes` to say this number of targets.', Type.Boolean()),
  unsuitable: about(
    'Named or selected hosts that cannot be given it: refused, or left out with `skip_unsuitable`.',
    Type.Array(Type.Object({ ...Named.properties, reason: Type.String() })),
  ),
  unsuitable_count: Type.Integer(),
  name: Type.String(),
  wave: nullable(Type.Integer()),
  stop_after: nullable(Type.Integer()),
  sample: about(
    'What one of them would be given, secrets masked; null without targets.',
    nullable(
      Type.Object({
        host: Named,
        interpreter: Interpreter,
        timeout_seconds: Type.Number(),
        program: Type.String(),
        settings: Type.Record(Type.String(), Type.String()),
        variables: Type.Record(Type.String(), nullable(Type.String())),
      }),
    ),
  ),
  items: about(
    'A page of the targets, by id.',
    Type.Array(
      Type.Object({ ...Named.properties, presence: Presence, protocol: Type.Enum(['v1', 'sealed']) }),
    ),
  ),
  next: nullable(Type.String()),
});
export type JobPreview = Static<typeof JobPreview>;
