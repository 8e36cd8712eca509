import type { Run } from '../../domain/ports.ts';

export const runColumns = [
  'runs.number',
  'runs.id',
  'runs.job_id as jobId',
  'runs.host_id as hostId',
  'runs.wire_number as wireNumber',
  'runs.command_name as commandName',
  'runs.revision',
  'runs.attempt',
  'runs.state',
  'runs.reason',
  'runs.exit_code as exitCode',
  'runs.signal',
  'runs.inputs',
  'runs.interpreter',
  'runs.delivered_at as deliveredAt',
  'runs.started_at as startedAt',
  'runs.stop_asked_at as stopAskedAt',
  'runs.finished_at as finishedAt',
  'runs.result',
  'runs.output_bytes as outputBytes',
  'runs.output_cut_bytes as outputCutBytes',
  'runs.is_masked as isMasked',
  'runs.outcome_hash as outcome',
] as const;

export type StoredRun = Omit<Run, 'isMasked'> & { isMasked: number };

export function toRun(row: StoredRun): Run {
  return { ...row, isMasked: row.isMasked === 1 };
}
