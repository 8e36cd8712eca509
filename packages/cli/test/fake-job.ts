import type { JobPreview } from '@remotes/protocol/operators/job-preview';
import type { JobDetail, RunCounts } from '@remotes/protocol/operators/job-view';
import type { RunView } from '@remotes/protocol/operators/runs';
import type { Handlers } from './fake-api.ts';

export const jobId = '019a7c3e-5a8e-7cc1-b2a5-1f0e6e1d2c3b';
const at = '2026-11-23T12:00:00.000Z';

const noRuns: RunCounts = {
  queued: 0,
  delivered: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timed_out: 0,
  stopped: 0,
  interrupted: 0,
  cancelled: 0,
  expired: 0,
  refused: 0,
};

export function fakeJob(counts: Partial<RunCounts>, more: Partial<JobDetail> = {}): JobDetail {
  return {
    id: jobId,
    kind: 'ad_hoc',
    state: 'ended',
    name: 'uname',
    command: null,
    wire_number: 7,
    interpreter: 'sh',
    timeout_seconds: 60,
    targets: 3,
    counts: { ...noRuns, ...counts },
    wave: null,
    stop_after: null,
    parent_id: null,
    by: { kind: 'operator', name: 'ada' },
    created_at: at,
    expires_at: at,
    ended_at: null,
    program: 'uname',
    settings: [],
    variables: {},
    output_variables: [],
    asked_targets: { hosts_groups: ['web'] },
    ...more,
  };
}

export function fakePreview(more: Partial<JobPreview> = {}): JobPreview {
  const host = { presence: 'online', protocol: 'sealed' } as const;
  return {
    targets: 3,
    away: 0,
    never: 0,
    needs_yes: false,
    unsuitable: [],
    unsuitable_count: 0,
    name: 'uname',
    wave: null,
    stop_after: null,
    sample: null,
    items: ['web1', 'web2', 'web3'].map((name, index) => ({ id: index + 1, name, ...host })),
    next: null,
    ...more,
  };
}

export function fakeRun(more: Partial<RunView> = {}): RunView {
  return {
    id: '019a7c3e-5a8e-7cc1-b2a5-000000000001',
    number: 1,
    job_id: jobId,
    host: { id: 1, name: 'web1' },
    command: { name: 'uname', revision: 1 },
    wire_number: 7,
    state: 'succeeded',
    reason: null,
    attempt: 1,
    interpreter: 'sh',
    exit_code: 0,
    signal: null,
    delivered_at: at,
    started_at: at,
    stop_asked_at: null,
    finished_at: at,
    result: null,
    output_bytes: 6,
    output_cut_bytes: 0,
    is_masked: false,
    outcome: 'a',
    ...more,
  };
}

/** A server on which a job is as the counts say, from the beginning. */
export function jobHandlers(counts: Partial<RunCounts>, more: Partial<JobDetail> = {}): Handlers {
  const job = fakeJob(counts, more);
  return {
    jobs_preview: () => fakePreview(),
    jobs_create: () => job,
    jobs_show: () => job,
    jobs_outcomes: () => ({ groups: [], other_groups: 0, other_runs: 0 }),
    jobs_runs: () => ({ items: [], next: null }),
  };
}

/** A job on hosts of which it is told by events, one after the other, what they have printed so far. */
export function printingHandlers(
  hosts: readonly string[],
  stages: readonly Readonly<
    Record<string, readonly (readonly [stream: 'stdout' | 'stderr', text: string])[]>
  >[],
  ended: Partial<RunCounts> = { succeeded: hosts.length },
): Handlers {
  const runs = hosts.map((name, index) =>
    fakeRun({ id: `019a7c3e-5a8e-7cc1-b2a5-00000000000${index}`, host: { id: index + 1, name } }),
  );
  let stage = 0;
  const isOver = () => stage >= stages.length - 1;
  return {
    ...jobHandlers(ended),
    jobs_show: () => fakeJob(isOver() ? ended : { running: hosts.length }),
    jobs_runs: () => ({ items: runs, next: null }),
    jobs_events: () => ({
      write(response) {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write('event: ready\ndata: {}\n\n');
        const timer = setInterval(() => {
          stage = Math.min(stage + 1, stages.length - 1);
          for (const { id } of runs) response.write(`event: output\ndata: {"run_id":"${id}"}\n\n`);
          if (isOver()) response.write('event: job\ndata: {}\n\n');
        }, 400);
        response.on('close', () => clearInterval(timer));
      },
    }),
    runs_output({ params, query }) {
      const name = runs.find(({ id }) => id === params.id)?.host.name ?? '';
      const printed = stages[stage]?.[name] ?? [];
      const sizes = { stdout: 0, stderr: 0 };
      const all = printed.map(([stream, text], chunk) => {
        const offset = sizes[stream];
        sizes[stream] += Buffer.byteLength(text);
        return { stream, chunk, text, offset };
      });
      return {
        state: isOver() ? 'succeeded' : 'running',
        output_bytes: sizes.stdout + sizes.stderr,
        output_cut_bytes: 0,
        is_masked: false,
        chunks: all.filter(({ chunk }) => chunk > Number(query.after)),
        next: null,
      };
    },
  };
}
