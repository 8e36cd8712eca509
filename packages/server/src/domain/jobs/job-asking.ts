import type { AgainRequest, JobRequest } from '@remotes/protocol/operators/job-request';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { JobVariable, Scope } from '../ports.ts';
import type { JobAsked, JobOrder } from './job-request.ts';

type OrderBody = Omit<JobRequest, 'targets' | 'yes'>;
type Again = { job: string; which: AgainRequest['which'] };
type Circumstances = { scope: Scope; now: number };

/** Reads what is asked for: one order and whom it is for. */
export function readJobAsked(
  body: OrderBody & { targets?: JobRequest['targets']; again?: Again },
  circumstances: Circumstances,
): JobAsked | Problem {
  const order = readOrder(body);
  if (isProblem(order)) return order;
  if ((order.kind === 'again') === (body.targets !== undefined)) {
    return problem(
      'invalid_request',
      'Say targets, and with "again" none: it runs on hosts of the job that it repeats.',
    );
  }
  return {
    order,
    targets: body.targets ?? null,
    name: body.name ?? null,
    timeoutSeconds: body.timeout_seconds ?? null,
    ...readRules(body),
    ...circumstances,
  };
}

/** The same of a job that is run again. */
export function readAgainAsked(jobId: string, body: AgainRequest, circumstances: Circumstances): JobAsked {
  const order = { kind: 'again', jobId, which: body.which } as const;
  return { order, targets: null, name: null, timeoutSeconds: null, ...readRules(body), ...circumstances };
}

function readRules(body: Pick<JobRequest, 'wave' | 'stop_after' | 'expires_in_seconds' | 'skip_unsuitable'>) {
  return {
    wave: body.wave ?? null,
    stopAfter: body.stop_after ?? null,
    expiresInSeconds: body.expires_in_seconds ?? null,
    skipUnsuitable: body.skip_unsuitable ?? false,
  };
}

function readOrder(body: OrderBody & { again?: Again }): JobOrder | Problem {
  const { command, program, again } = body;
  const said = [command, program, again].filter((each) => each !== undefined);
  if (said.length !== 1) return problem('invalid_request', 'Say one of command, program and again.');
  if (program === undefined) {
    const foreign = (['interpreter', 'settings', 'variables', 'output_variables'] as const).find(
      (member) => body[member] !== undefined,
    );
    if (foreign)
      return problem('invalid_request', `"${foreign}" belongs to a program that is given on the spot.`);
    if (again) return { kind: 'again', jobId: again.job, which: again.which };
    return { kind: 'command', commandId: command ?? 0 };
  }
  return {
    kind: 'program',
    program,
    interpreter: body.interpreter ?? 'sh',
    settings: body.settings ?? [],
    variables: Object.entries(body.variables ?? {}).map(
      ([name, value]): JobVariable =>
        typeof value === 'string' ? { name, text: value } : { name, variableId: value.variable },
    ),
    outputVariables: body.output_variables ?? [],
  };
}
