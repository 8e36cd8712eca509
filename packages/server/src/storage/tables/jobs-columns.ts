import type { Selection } from 'kysely';
import type { AdHocJob, StandingJob } from '../../domain/ports.ts';
import type { Schema } from '../schema.ts';

export const jobColumns = [
  'jobs.kind',
  'jobs.id',
  'jobs.wire_number as wireNumber',
  'jobs.command_id as commandId',
  'jobs.state',
  'jobs.name',
  'jobs.of_command_id as ofCommandId',
  'jobs.revision',
  'jobs.interpreter',
  'jobs.timeout_seconds as timeoutSeconds',
  'jobs.program',
  'jobs.settings',
  'jobs.variables',
  'jobs.output_variables as outputVariables',
  'jobs.asked_targets as askedTargets',
  'jobs.targets',
  'jobs.wave_size as waveSize',
  'jobs.stop_after as stopAfter',
  'jobs.expires_at as expiresAt',
  'jobs.parent_id as parentId',
  'jobs.created_by as by',
  'jobs.operator_id as operatorId',
  'jobs.created_at as createdAt',
  'jobs.ended_at as endedAt',
  'jobs.counts',
] as const;

export type StoredJob = Selection<Schema, 'jobs', (typeof jobColumns)[number]>;

export function toJob(row: StoredJob): AdHocJob | StandingJob {
  const { id, wireNumber, createdAt } = row;
  if (row.kind === 'standing') {
    return { kind: 'standing', id, wireNumber, commandId: row.commandId ?? wireNumber, createdAt };
  }
  return {
    kind: 'ad_hoc',
    id,
    wireNumber,
    state: row.state,
    name: row.name ?? '',
    ofCommandId: row.ofCommandId,
    revision: row.revision,
    interpreter: row.interpreter ?? 'sh',
    timeoutSeconds: row.timeoutSeconds ?? 0,
    program: row.program ?? '',
    settings: parsed(row.settings, []),
    variables: parsed(row.variables, []),
    outputVariables: parsed(row.outputVariables, []),
    askedTargets: parsed(row.askedTargets, null),
    targets: row.targets ?? 0,
    waveSize: row.waveSize,
    stopAfter: row.stopAfter,
    expiresAt: row.expiresAt ?? 0,
    parentId: row.parentId,
    by: parsed(row.by, { kind: 'server', name: '' }),
    operatorId: row.operatorId,
    createdAt,
    endedAt: row.endedAt,
    counts: parsed(row.counts, null),
  };
}

function parsed<Value>(text: string | null, absent: Value): Value {
  return text === null ? absent : (JSON.parse(text) as Value);
}
