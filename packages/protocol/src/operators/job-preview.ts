import { type Static, Type } from 'typebox';
import { Interpreter } from '../values/interpreter.ts';
import { Named, nullable } from './forms.ts';

const Presence = Type.Enum(['online', 'away', 'never']);

/** What a job would be: nothing is made. */
export const JobPreview = Type.Object({
  /** How many hosts. */
  targets: Type.Integer(),
  away: Type.Integer(),
  /** Never seen since they registered. */
  never: Type.Integer(),
  /** Making it wants `yes` to say this number of targets. */
  needs_yes: Type.Boolean(),
  /** Named or selected hosts that cannot be given it: refused, or left out with `skip_unsuitable`. */
  unsuitable: Type.Array(Type.Object({ ...Named.properties, reason: Type.String() })),
  unsuitable_count: Type.Integer(),
  name: Type.String(),
  wave: nullable(Type.Integer()),
  stop_after: nullable(Type.Integer()),
  /** What one of them would be given, secrets masked; null without targets. */
  sample: nullable(
    Type.Object({
      host: Named,
      interpreter: Interpreter,
      timeout_seconds: Type.Number(),
      program: Type.String(),
      settings: Type.Record(Type.String(), Type.String()),
      variables: Type.Record(Type.String(), nullable(Type.String())),
    }),
  ),
  /** A page of the targets, by id. */
  items: Type.Array(
    Type.Object({ ...Named.properties, presence: Presence, protocol: Type.Enum(['v1', 'sealed']) }),
  ),
  next: nullable(Type.String()),
});
export type JobPreview = Static<typeof JobPreview>;
