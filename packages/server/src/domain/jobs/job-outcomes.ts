import type { jobsRoutes } from '@remotes/protocol/operators/jobs';
import type { AnswerOf } from '@remotes/protocol/operators/route';
import type { OutcomeRow, OutputStream, Run, Scope, Tables } from '../ports.ts';
import { outputDiff } from './output-diff.ts';
import { runViews } from './run-view.ts';

type Outcomes = AnswerOf<typeof jobsRoutes.jobs_outcomes>;

const shownBytes = 8 * 1024;

/** The runs of a job that ended alike, the biggest group first, each with what it says that the biggest does not. */
export async function readOutcomes(
  tables: Tables,
  wireNumber: number,
  scope: Scope,
  limit: number,
): Promise<Outcomes> {
  const { rows, groups, runs } = await tables.jobRuns.outcomes(wireNumber, scope, limit);
  const samples = await readSamples(tables, wireNumber, rows);
  const views = await runViews(
    tables,
    samples.map(({ run }) => run),
  );
  const [biggest] = samples;
  return {
    groups: samples.map(({ row, run, stdout, stderr }, index) => ({
      state: row.state,
      outcome: row.outcome,
      runs: row.runs,
      sample: views[index]!,
      stdout,
      stderr,
      is_cut: Buffer.byteLength(stdout) + Buffer.byteLength(stderr) < run.outputBytes,
      diff: index === 0 || !biggest ? null : outputDiff(biggest, { stdout, stderr }),
    })),
    other_groups: groups - samples.length,
    other_runs: runs - samples.reduce((sum, { row }) => sum + row.runs, 0),
  };
}

type Sample = { row: OutcomeRow; run: Run; stdout: string; stderr: string };

async function readSamples(
  tables: Tables,
  wireNumber: number,
  rows: readonly OutcomeRow[],
): Promise<Sample[]> {
  const hostIds = rows.map(({ sampleHostId }) => sampleHostId);
  const runs = await tables.jobRuns.page(wireNumber, { hostIds, scope: null, limit: hostIds.length });
  const runOn = new Map(runs.map((run) => [run.hostId, run]));
  const printed = new Map<string, Uint8Array[]>();
  const numbers = runs.map(({ number }) => number);
  for (const { runNumber, stream, bytes } of await tables.outputs.heads(numbers, shownBytes)) {
    const key = `${runNumber} ${stream}`;
    printed.set(key, [...(printed.get(key) ?? []), bytes]);
  }
  return rows.flatMap((row) => {
    const run = runOn.get(row.sampleHostId);
    // Its host was removed in this moment.
    if (!run) return [];
    const textOf = (stream: OutputStream) =>
      Buffer.concat(printed.get(`${run.number} ${stream}`) ?? []).toString();
    return [{ row, run, stdout: textOf('stdout'), stderr: textOf('stderr') }];
  });
}
