import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { isDeclined } from '../../../src/domain/administration-refusal.ts';
import type { DispatchRequest } from '../../../src/domain/jobs/job-dispatch.ts';
import type { Author } from '../../../src/domain/operators/actor.ts';
import { isProblem } from '../../../src/domain/operators/problem.ts';
import type { AdHocJob } from '../../../src/domain/ports.ts';
import type { Storage } from '../../../src/domain/storage.ts';
import { start } from '../small-fleet.ts';

export const anna: Author = {
  kind: 'operator',
  operatorId: 1,
  name: 'anna',
  tokenName: null,
  address: '192.0.2.1',
  requestId: 'r1',
};

export type Differing = Partial<DispatchRequest> & { program?: Partial<ProgramOrder> };
type ProgramOrder = Extract<DispatchRequest['order'], { kind: 'program' }>;

/** Asks for a job: `echo hello` on all hosts unless it is said otherwise. */
export function ask({ program, ...differing }: Differing = {}): DispatchRequest {
  return {
    id: randomUUID(),
    order: {
      kind: 'program',
      program: 'echo hello',
      interpreter: 'sh',
      settings: [],
      variables: [],
      outputVariables: [],
      ...program,
    },
    targets: { hosts_groups: ['All hosts'] },
    name: null,
    timeoutSeconds: null,
    wave: null,
    stopAfter: null,
    expiresInSeconds: null,
    skipUnsuitable: false,
    agreedHosts: null,
    scope: null,
    by: anna,
    now: start,
    ...differing,
  };
}

/** Makes the job, as it must be possible. */
export async function dispatch(storage: Storage, differing: Differing = {}): Promise<AdHocJob> {
  const made = await storage.decide('dispatchJob', ask(differing));
  if (isProblem(made) || isDeclined(made)) throw new Error(made.sentence);
  const job = await storage.tables.jobs.byId(made.id);
  expect(job?.kind).toBe('ad_hoc');
  return job as AdHocJob;
}
