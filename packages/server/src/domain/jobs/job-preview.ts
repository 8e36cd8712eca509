import type { JobPreview } from '@remotes/protocol/operators/job-preview';
import { type AdministrationRefusal, isDeclined } from '../administration-refusal.ts';
import { presenceOf } from '../hosts-reading.ts';
import { writeCursor } from '../operators/cursor.ts';
import { isProblem, type Problem } from '../operators/problem.ts';
import type { HostInBrief, Tables } from '../ports.ts';
import { refusalOfRuns } from '../run-guard.ts';
import { type JobPlan, planJob, type Target } from './job-plan.ts';
import type { JobAsked } from './job-request.ts';

export type PreviewAsked = JobAsked & {
  /** Targets behind this one. */
  afterHostId: number;
  limit: number;
};

const mostUnsuitable = 100;
const masked = '********';

/** Says what a job would be. Taken as a decision because it may look at every host, which is nothing for the thread that answers. */
export async function decidePreview(
  tables: Tables,
  asked: PreviewAsked,
): Promise<JobPreview | Problem | AdministrationRefusal> {
  const plan = await planJob(tables, asked);
  if (isProblem(plan) || isDeclined(plan)) return plan;
  const { definitions, targets, unsuitable, order, waveSize, stopAfter } = plan;
  const presences = targets.map(({ host }) => presenceOf(host, asked.now));
  const rest = targets.filter(({ host }) => host.id > asked.afterHostId);
  const page = rest.slice(0, asked.limit);
  const last = page.at(-1);
  return {
    targets: targets.length,
    away: presences.filter((presence) => presence === 'away').length,
    never: presences.filter((presence) => presence === 'never').length,
    needs_yes: refusalOfRuns(definitions, targets.length, null) !== undefined,
    unsuitable: unsuitable
      .slice(0, mostUnsuitable)
      .map(({ host: { id, name }, reason }) => ({ id, name, reason })),
    unsuitable_count: unsuitable.length,
    name: order.name,
    wave: waveSize,
    stop_after: stopAfter,
    sample: targets[0] ? await sampleOf(tables, plan, targets[0]) : null,
    items: page.map(({ host }) => viewOf(host, asked.now)),
    next: last && rest.length > page.length ? writeCursor([last.host.id]) : null,
  };
}

function viewOf(host: HostInBrief, now: number): JobPreview['items'][number] {
  const { id, name, isSealed } = host;
  return { id, name, presence: presenceOf(host, now), protocol: isSealed ? 'sealed' : 'v1' };
}

/** What one of the hosts would be given, exactly; of secrets the name alone. */
async function sampleOf(
  tables: Tables,
  { order }: JobPlan,
  { host: { id, name }, interpreter }: Target,
): Promise<JobPreview['sample']> {
  const variableIds = order.variables.flatMap((variable) =>
    'variableId' in variable ? [variable.variableId] : [],
  );
  const values = new Map(
    (await tables.variables.valuesOfHost(id, variableIds)).map(({ variableId, value }) => [
      variableId,
      value,
    ]),
  );
  const variables = order.variables.map((variable) => [
    variable.name,
    'text' in variable ? variable.text : (values.get(variable.variableId) ?? null),
  ]);
  return {
    host: { id, name },
    interpreter,
    timeout_seconds: order.timeoutSeconds,
    program: order.program,
    settings: Object.fromEntries(
      order.settings.map((setting) => [setting.name, setting.isSecret ? masked : setting.value]),
    ),
    variables: Object.fromEntries(variables),
  };
}
