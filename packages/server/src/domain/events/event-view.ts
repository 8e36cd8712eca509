import type { LiveEvent } from '@remotes/protocol/operators/events';
import type { StoredEvent } from '../ports.ts';

/** An event as readers are told it; undefined for one that tells nothing. */
export function eventView(event: StoredEvent): LiveEvent | undefined {
  const { kind } = event;
  if (kind === 'begin') return undefined;
  const at = new Date(event.at).toISOString();
  const { jobId: job_id, hostId: host_id, runId: run_id, state, formerState: former_state } = event;
  const { stream, chunk, name } = event;
  // The database's triggers write each kind with the members that it has.
  const view = {
    run: { kind, at, job_id, host_id, run_id, state, former_state },
    output: { kind, at, job_id, host_id, run_id, stream, chunk },
    job: { kind, at, job_id, state, former_state },
    host: { kind, at, host_id, name, state, former_state },
  };
  return view[kind] as LiveEvent;
}
