import { type AdministrationRefusal, isDeclined } from '../administration-refusal.ts';
import type { CommandDefinition, Definitions } from '../definitions.ts';
import { isProblem, notFound, type Problem, problem } from '../operators/problem.ts';
import { reaches, reachesAll } from '../operators/rights.ts';
import type { AdHocJob, HandedSetting, Scope, Tables } from '../ports.ts';
import { variableIdsSeen } from '../variable-change.ts';
import { refusalOfInputNames } from './input-names.ts';
import type { JobAsked, JobOrder } from './job-request.ts';
import { findJob } from './job-sight.ts';
import { findActiveSetting, refusalOfAgain } from './order-reach.ts';

/** What a job runs and hands over, settled: nothing of it changes any more. */
export type SettledOrder = Pick<
  AdHocJob,
  | 'name'
  | 'ofCommandId'
  | 'revision'
  | 'interpreter'
  | 'timeoutSeconds'
  | 'program'
  | 'settings'
  | 'variables'
  | 'outputVariables'
>;

const usualTimeoutSeconds = 60;
const longestName = 60;

/** Settles what is to run, as far as whoever asks may have it run. */
export async function settleOrder(
  tables: Tables,
  definitions: Definitions,
  { order, name, timeoutSeconds, scope }: Pick<JobAsked, 'order' | 'name' | 'timeoutSeconds' | 'scope'>,
): Promise<SettledOrder | Problem | AdministrationRefusal> {
  const settled = await readOrder(tables, definitions, order, scope);
  if (isProblem(settled) || isDeclined(settled)) return settled;
  const unsaved = refusalOfSaving(definitions, settled, scope);
  if (unsaved) return unsaved;
  return {
    ...settled,
    ...(name !== null && { name }),
    ...(timeoutSeconds !== null && { timeoutSeconds }),
  };
}

function readOrder(
  tables: Tables,
  definitions: Definitions,
  order: JobOrder,
  scope: Scope,
): Promise<SettledOrder | Problem> | SettledOrder | Problem {
  if (order.kind === 'program') return settleProgram(tables, definitions, order, scope);
  if (order.kind === 'again') return settleAgain(tables, definitions, order.jobId, scope);
  return settleCommand(definitions, order.commandId, scope);
}

function settleCommand(definitions: Definitions, commandId: number, scope: Scope): SettledOrder | Problem {
  const command = definitions.commands.get(commandId);
  if (!command || !mayUse(command, scope)) return notFound(`command ${commandId}`);
  const { id: ofCommandId, name, revision, interpreter, timeoutSeconds, program } = command;
  const { variables, outputVariables } = command;
  return {
    ...{ name, ofCommandId, revision, interpreter, timeoutSeconds, program, variables, outputVariables },
    // One that is switched off is not handed over, as with the command itself.
    settings: command.settings.flatMap((name) => {
      const setting = definitions.settings.get(name);
      return setting?.isActive ? [handed(setting)] : [];
    }),
  };
}

function mayUse({ hostsGroupId }: CommandDefinition, scope: Scope): boolean {
  return reaches({ hostsGroupIds: scope }, [hostsGroupId]);
}

async function settleProgram(
  tables: Tables,
  definitions: Definitions,
  order: Extract<JobOrder, { kind: 'program' }>,
  scope: Scope,
): Promise<SettledOrder | Problem> {
  const misnamed = refusalOfInputNames(order);
  if (misnamed) return misnamed;
  const settings: HandedSetting[] = [];
  for (const name of order.settings) {
    const setting = findActiveSetting(definitions, name, scope);
    if (!setting) return problem('unsuitable_value', `There is no active setting "${name}".`);
    if (setting.isSecret && scope !== null) {
      return problem(
        'not_allowed',
        `The setting "${name}" is secret: only accounts with rights on all hosts may hand it to a program of their own.`,
      );
    }
    settings.push(handed(setting));
  }
  const read = order.variables.flatMap((variable) => ('variableId' in variable ? [variable.variableId] : []));
  const seen = (await variableIdsSeen(tables, definitions, scope)) ?? definitions.variableIds;
  const unknown = [...read, ...order.outputVariables].find((id) => !seen.has(id));
  if (unknown !== undefined) return problem('unsuitable_value', `There is no variable ${unknown}.`);
  const { program, interpreter, variables, outputVariables } = order;
  return {
    name: firstLineOf(program),
    ofCommandId: null,
    revision: 1,
    interpreter,
    timeoutSeconds: usualTimeoutSeconds,
    program,
    settings,
    variables,
    outputVariables,
  };
}

/** The same program once more, with its inputs as they stand now; of a standing job the command as it stands now. */
async function settleAgain(
  tables: Tables,
  definitions: Definitions,
  jobId: string,
  scope: Scope,
): Promise<SettledOrder | Problem> {
  const job = await findJob(tables, jobId, scope);
  if (isProblem(job)) return job;
  if (job.kind === 'standing') return settleCommand(definitions, job.commandId, scope);
  const settings = job.settings.flatMap(({ name }) => {
    const setting = definitions.settings.get(name);
    return setting?.isActive ? [handed(setting)] : [];
  });
  const refusal = refusalOfAgain(definitions, job.ofCommandId, settings, scope);
  if (refusal) return refusal;
  const { name, ofCommandId, revision, interpreter, timeoutSeconds, program } = job;
  const { variables, outputVariables } = job;
  return {
    ...{ name, ofCommandId, revision, interpreter, timeoutSeconds, program, variables, outputVariables },
    settings,
  };
}

/** Who saves a value to a variable of a host needs rights on each command that reads it. */
function refusalOfSaving(
  definitions: Definitions,
  { outputVariables }: SettledOrder,
  scope: Scope,
): Problem | undefined {
  const readers = [...definitions.commands.values()].filter(({ variables }) =>
    variables.some(({ variableId }) => outputVariables.includes(variableId)),
  );
  const groups = readers.map(({ hostsGroupId }) => hostsGroupId);
  if (reachesAll({ hostsGroupIds: scope }, groups)) return undefined;
  return problem(
    'not_allowed',
    'It saves to a variable that commands read which are meant for other hosts than yours.',
  );
}

function handed({ name, value, isSecret }: HandedSetting): HandedSetting {
  return { name, value, isSecret };
}

function firstLineOf(program: string): string {
  const line = program.split('\n').find((each) => each.trim() !== '' && !each.startsWith('#!')) ?? 'program';
  const short = line.trim();
  return short.length > longestName ? `${short.slice(0, longestName - 1)}…` : short;
}
