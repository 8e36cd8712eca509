import type { JobDetail, JobView } from '@remotes/protocol/operators/job-view';
import { maybeMomentText, momentText } from '../api/moment-text.ts';
import type { CommandDefinition, Definitions } from '../definitions.ts';
import { reaches } from '../operators/rights.ts';
import type { AdHocJob, JobVariable, RunCounts, Scope, StandingJob, Tables } from '../ports.ts';
import { type JobSeen, readJobSeen } from './job-seen.ts';

/** A job as a list shows it. Of a standing job a list does not count: that would take all of its past. */
export async function jobInList(
  tables: Tables,
  definitions: Definitions,
  job: AdHocJob | StandingJob,
  scope: Scope,
): Promise<JobView> {
  if (job.kind === 'standing') return standingView(job, commandWithin(definitions, job, scope), null);
  return adHocView(job, await readJobSeen(tables, job, scope));
}

/** A job with its counts, and with what it runs. */
export async function jobDetail(
  tables: Tables,
  definitions: Definitions,
  job: AdHocJob | StandingJob,
  { scope, operatorId }: { scope: Scope; operatorId: number },
): Promise<JobDetail> {
  if (job.kind === 'standing') {
    const counts = await tables.jobRuns.counts(job.wireNumber, scope);
    const command = commandWithin(definitions, job, scope);
    return {
      ...standingView(job, command, counts),
      program: command?.program ?? '',
      settings: [...(command?.settings ?? [])],
      variables: variablesView(command?.variables ?? []),
      output_variables: [...(command?.outputVariables ?? [])],
      asked_targets: null,
    };
  }
  // Names of groups that another one asked for are not for everybody.
  const isShown = scope === null || job.operatorId === operatorId;
  return {
    ...adHocView(job, await readJobSeen(tables, job, scope)),
    program: job.program,
    settings: job.settings.map(({ name }) => name),
    variables: variablesView(job.variables),
    output_variables: [...job.outputVariables],
    asked_targets: isShown ? job.askedTargets : null,
  };
}

/** What was run on somebody's hosts once may be meant for others by now: what it says today is not for him then. */
function commandWithin(
  { commands }: Definitions,
  { commandId }: StandingJob,
  scope: Scope,
): CommandDefinition | undefined {
  const command = commands.get(commandId);
  return command && reaches({ hostsGroupIds: scope }, [command.hostsGroupId]) ? command : undefined;
}

function adHocView(job: AdHocJob, { counts, runs, isWhole, state, endedAt }: JobSeen): JobView {
  const { id, name, ofCommandId, revision, wireNumber, interpreter, timeoutSeconds } = job;
  return {
    id,
    kind: 'ad_hoc',
    state,
    name,
    command: ofCommandId === null ? null : { id: ofCommandId, revision },
    wire_number: wireNumber,
    interpreter,
    timeout_seconds: timeoutSeconds,
    targets: isWhole ? job.targets : runs,
    counts,
    // Reckoned from all of its hosts, they would tell how many others there are.
    wave: isWhole ? job.waveSize : null,
    stop_after: isWhole ? job.stopAfter : null,
    parent_id: job.parentId,
    by: { kind: job.by.kind, name: job.by.name },
    created_at: momentText(job.createdAt),
    expires_at: momentText(job.expiresAt),
    ended_at: maybeMomentText(endedAt),
  };
}

function standingView(
  { id, wireNumber, commandId, createdAt }: StandingJob,
  command: CommandDefinition | undefined,
  counts: RunCounts | null,
): JobView {
  return {
    id,
    kind: 'standing',
    state: 'open',
    name: command?.name ?? '',
    command: { id: commandId, revision: command?.revision ?? 0 },
    wire_number: wireNumber,
    interpreter: command?.interpreter ?? 'python',
    timeout_seconds: command?.timeoutSeconds ?? 0,
    targets: null,
    counts,
    wave: null,
    stop_after: null,
    parent_id: null,
    by: null,
    created_at: momentText(createdAt),
    expires_at: null,
    ended_at: null,
  };
}

function variablesView(variables: readonly JobVariable[]): JobDetail['variables'] {
  return Object.fromEntries(
    variables.map((variable) => [
      variable.name,
      'text' in variable ? variable.text : { variable: variable.variableId },
    ]),
  );
}
