import { type Static, Type } from 'typebox';
import { interpreters } from '../values/interpreter.ts';
import { AgainOn, HostsShare } from '../values/job.ts';
import { Uuid } from '../values/text-forms.ts';
import { Id } from './forms.ts';
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
  /** Names, ids or uuids. */
  hosts: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: 100_000 })),
  /** Names. */
  hosts_groups: Type.Optional(Names),
  where: Type.Optional(Type.String({ minLength: 1, maxLength: 4000 })),
});
export type JobTargets = Static<typeof JobTargets>;

/** What is to run: a saved command by its id, or a program given on the spot with the members that belong to it. */
const order = {
  command: Type.Optional(Id),
  program: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000_000 })),
  /** `sh` where it is not said. */
  interpreter: Type.Optional(JobInterpreter),
  /** Also in place of a saved command's own. Without a saved command 60. */
  timeout_seconds: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 604_800 })),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** Names of settings that the program is handed. */
  settings: Type.Optional(Names),
  /** By the name that the program knows it by: a text, or the variable whose value of the host it is. */
  variables: Type.Optional(
    Type.Record(
      Type.String({ minLength: 1, maxLength: 200 }),
      Type.Union([Type.String({ maxLength: 100_000 }), Type.Object({ variable: Id })]),
    ),
  ),
  /** Item *n* of the result is saved to the variable with the id at *n*. */
  output_variables: Type.Optional(Type.Array(Id, { maxItems: 100 })),
};

/** How it goes about it. */
const rules = {
  /** How many hosts may have it under way at once. */
  wave: Type.Optional(HostsShare),
  /** How many may fail before nothing more is handed out. */
  stop_after: Type.Optional(HostsShare),
  /** Hosts that are away still get it until then; a day where it is not said. */
  expires_in_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
  /** Hosts that cannot be given it are left out; else they are a refusal. */
  skip_unsuitable: Type.Optional(Type.Boolean()),
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
  /** In place of an order and targets. */
  again: Type.Optional(Type.Object({ job: Uuid, which: AgainOn })),
  ...rules,
  ...pageQuery,
});
