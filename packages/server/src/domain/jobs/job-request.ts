import type { JobInterpreter, JobTargets } from '@remotes/protocol/operators/job-request';
import type { AgainOn, HostsShare } from '@remotes/protocol/values/job';
import type { JobVariable, Scope } from '../ports.ts';

/** What is to run. */
export type JobOrder =
  | { kind: 'command'; commandId: number }
  | {
      kind: 'program';
      program: string;
      interpreter: JobInterpreter;
      settings: readonly string[];
      variables: readonly JobVariable[];
      outputVariables: readonly number[];
    }
  | { kind: 'again'; jobId: string; which: AgainOn };

/** A job as it is asked for, as plain data. */
export type JobAsked = {
  order: JobOrder;
  /** Null where another job is run again. */
  targets: JobTargets | null;
  name: string | null;
  timeoutSeconds: number | null;
  wave: HostsShare | null;
  stopAfter: HostsShare | null;
  expiresInSeconds: number | null;
  skipUnsuitable: boolean;
  /** Whose rights count. */
  scope: Scope;
  now: number;
};
