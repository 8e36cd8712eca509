import type { RunView } from '@remotes/protocol/operators/runs';
import { maybeMomentText } from '../api/moment-text.ts';
import type { Run, Tables } from '../ports.ts';

/** Runs as answers show them, with the names of their hosts. */
export async function runViews(tables: Tables, runs: readonly Run[]): Promise<RunView[]> {
  const ids = [...new Set(runs.map(({ hostId }) => hostId))];
  const hosts = ids.length === 0 ? [] : await tables.hosts.inBrief({ ids, scope: null });
  const names = new Map(hosts.map(({ id, name }) => [id, name]));
  return runs.map((run) => runView(run, names.get(run.hostId) ?? String(run.hostId)));
}

function runView(run: Run, hostName: string): RunView {
  return {
    ...runMembers(run, hostName),
    wire_number: run.wireNumber,
    result: run.result,
    outcome: run.outcome,
  };
}

/** What every view of a run has. */
export function runMembers(run: Run, hostName: string) {
  return {
    id: run.id,
    number: run.number,
    job_id: run.jobId,
    host: { id: run.hostId, name: hostName },
    command: { name: run.commandName, revision: run.revision },
    state: run.state,
    reason: run.reason,
    attempt: run.attempt,
    interpreter: run.interpreter,
    exit_code: run.exitCode,
    signal: run.signal,
    delivered_at: maybeMomentText(run.deliveredAt),
    started_at: maybeMomentText(run.startedAt),
    stop_asked_at: maybeMomentText(run.stopAskedAt),
    finished_at: maybeMomentText(run.finishedAt),
    output_bytes: run.outputBytes,
    output_cut_bytes: run.outputCutBytes,
    is_masked: run.isMasked,
  };
}
