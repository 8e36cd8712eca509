import { type Static, Type } from 'typebox';
import { interpreters } from '../values/interpreter.ts';
import { AgainOn, HostsShare } from '../values/job.ts';
import { Uuid } from '../values/text-forms.ts';
import { about, Id } from './forms.ts';
import { pageQuery } from './page.ts';

const Names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 });

/** `auto`: `sh`, and PowerShell where the host says that it runs Windows. */
export const JobInterpreter = Type.Enum([...interpreters, 'auto']);
export type JobInterpreter = Static<typeof JobInterpreter>;

/**
 * The hosts that are meant: those named, and the members of the groups; `where` (a filter, see values/host-filter)
 * narrows them, or selects alone. Only verified hosts are ever meant.
 */
export const JobTargets = Type.Object({
  hosts: about(
    'Names, ids or uuids.',
    Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: 100_000 })),
  ),
  hosts_groups: about('Names.', Type.Optional(Names)),
  where: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
});
export type JobTargets = Static<typeof JobTargets>;

/** What is to run: a saved command by its id, or a program given on the spot with the members that belong to it. */
const order = {
  command: Type.Optional(Id),
  program: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000_000 })),
  interpreter: about('`sh` where it is not said.', Type.Optional(JobInterpreter)),
  timeout_seconds: about(
    "Also in place of a saved command's own. Without a saved command 60.",
    Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 604_800 })),
  ),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  settings: about('Names of settings that the program is handed.', Type.Optional(Names)),
  variables: about(
    'By the name that the program knows it by: a text, or the variable whose value of the host it is.',
    Type.Optional(
      Type.Record(
        Type.String({ minLength: 1, maxLength: 200 }),
        Type.Union([Type.String({ maxLength: 100_000 }), Type.Object({ variable: Id })]),
      ),
    ),
  ),
  output_variables: about(
    'Item *n* of the result is saved to the variable with the id at *n*.',
    Type.Optional(Type.Array(Id, { maxItems: 100 })),
  ),
};

/** How it goes about it. */
const rules = {
  wave: about(
    'How many hosts may have it under way at once. Of a job that is run again what that one had, where it is not said.',
    Type.Optional(HostsShare),
  ),
  stop_after: about(
    'How many may fail before nothing more is handed out. Of a job that is run again what that one had, where it is not said.',
    Type.Optional(HostsShare),
  ),
  expires_in_seconds: about(
    'Hosts that are away still get it until then; a day where it is not said.',
    Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  ),
  skip_unsuitable: about(
    'Hosts that cannot be given it are left out; else they are a refusal.',
    Type.Optional(Type.Boolean()),
  ),
};

/** How many hosts it may run on, as far as was agreed to; wanted above the number that a setting names. */
const yes = Type.Optional(Type.Integer({ minimum: 0 }));

/** A job as it is asked for. */
export const JobRequest = Type.Object({ ...order, targets: JobTargets, ...rules, yes });
export type JobRequest = Static<typeof JobRequest>;

export const AgainRequest = Type.Object({ which: AgainOn, ...rules, yes });
export type AgainRequest = Static<typeof AgainRequest>;

/** A job that is not made yet, and which page of its targets is wanted. */
export const PreviewRequest = Type.Object({
  ...order,
  targets: Type.Optional(JobTargets),
  again: about(
    'In place of an order and targets.',
    Type.Optional(Type.Object({ job: Uuid, which: AgainOn })),
  ),
  ...rules,
  ...pageQuery,
});
