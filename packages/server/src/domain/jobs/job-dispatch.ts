import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { v7 as uuidv7 } from 'uuid';
import { type AdministrationRefusal, isDeclined } from '../administration-refusal.ts';
import type { Author } from '../operators/actor.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { NewQueuedRun, Tables } from '../ports.ts';
import { refusalOfRuns } from '../run-guard.ts';
import { readHostVariables } from './host-variables.ts';
import { type JobPlan, planJob, type Unsuitable } from './job-plan.ts';
import type { JobAsked } from './job-request.ts';

export type DispatchRequest = JobAsked & {
  /** The id that the job gets. */
  id: string;
  agreedHosts: number | null;
  by: Author;
};

/** Makes a job and a run for each of its hosts, all at once or nothing. From the commit on they are given it. */
export async function decideDispatch(
  tables: Tables,
  request: DispatchRequest,
): Promise<{ id: string } | Problem | AdministrationRefusal> {
  const { id, agreedHosts, by, now } = request;
  const plan = await planJob(tables, request);
  if (isProblem(plan) || isDeclined(plan)) return plan;
  const refusal = refusalOfPlan(plan, request);
  if (refusal) return refusal;
  const { order, targets } = plan;
  const unconfirmed = refusalOfRuns(plan.definitions, targets.length, agreedHosts);
  if (unconfirmed) return unconfirmed;

  const wireNumber = await tables.jobs.add({
    ...order,
    id,
    askedTargets: request.targets,
    targets: targets.length,
    waveSize: plan.waveSize,
    stopAfter: plan.stopAfter,
    expiresAt: plan.expiresAt,
    parentId: plan.parentId,
    by: { kind: by.kind, name: by.name },
    operatorId: by.operatorId,
    createdAt: now,
  });
  const { name: commandName, revision } = order;
  await tables.jobRuns.addQueued(
    { jobId: id, wireNumber, commandName, revision },
    await makeRuns(tables, plan),
  );
  await tables.server.bumpWorkEpoch();
  const action = plan.parentId === null ? 'job.create' : 'job.again';
  await tables.audit.note({ at: now, by, action, subject: `job ${id}`, after: described(plan) });
  return { id };
}

/** Why the job cannot be made for these hosts, as far as nothing is left out unasked. */
function refusalOfPlan(
  { targets, unsuitable }: JobPlan,
  { skipUnsuitable }: Pick<JobAsked, 'skipUnsuitable'>,
): Problem | undefined {
  if (unsuitable.length > 0 && !skipUnsuitable) {
    return problem(
      'unsuitable_state',
      `${namesOf(unsuitable)} cannot be given it. To leave out such hosts, say skip_unsuitable.`,
    );
  }
  if (targets.length > 0) return undefined;
  const why =
    unsuitable.length > 0 ? `${namesOf(unsuitable)} cannot be given it` : 'No verified host is meant';
  return problem('unsuitable_value', `${why}: nothing would run.`);
}

const mostNamed = 10;

function namesOf(unsuitable: readonly Unsuitable[]): string {
  const named = unsuitable.slice(0, mostNamed).map(({ host, reason }) => `"${host.name}" (${reason})`);
  const rest = unsuitable.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
}

/** What each host knows of the variables that the program reads is frozen with its run. */
async function makeRuns(tables: Tables, { order, targets }: JobPlan): Promise<NewQueuedRun[]> {
  const valuesOf = await readHostVariables(tables, order.variables);
  return targets.map(({ host, interpreter }) => ({
    id: uuidv7(),
    hostId: host.id,
    interpreter,
    inputs: valuesOf ? JSON.stringify({ variables: valuesOf(host.id) }) : '{}',
  }));
}

function described({ order, targets, waveSize, stopAfter, expiresAt, parentId }: JobPlan) {
  return {
    name: order.name,
    command: order.ofCommandId,
    program_sha256: sha256Hex(order.program),
    interpreter: order.interpreter,
    settings: order.settings.map(({ name }) => name),
    output_variables: order.outputVariables,
    hosts: targets.length,
    wave: waveSize,
    stop_after: stopAfter,
    expires_at_ms: expiresAt,
    parent: parentId,
  };
}
