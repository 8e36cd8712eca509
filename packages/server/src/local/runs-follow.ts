import { setTimeout as delay } from 'node:timers/promises';
import { jsonLine } from '@remotes/protocol/screen/json-text';
import { tableLine } from '@remotes/protocol/screen/text-table';
import type { RunState } from '@remotes/protocol/values/run';
import type { RunFilter } from '../domain/ports.ts';
import { isOpen, type RunReading, type RunsReader } from '../domain/runs-reading.ts';
import { runHeader, runJson, runRow, runWidths } from './run-text.ts';

const pauseMs = 500;
/** PostgreSQL gives numbers before it commits: a lower one may come to light after a higher. */
const outOfOrder = 200;
const mostNew = 10_000;
/** Runs that are looked at again in one round. */
const mostWatched = 500;

export type Following = {
  readonly filter: Pick<RunFilter, 'hostId' | 'wireNumber'>;
  readonly state: RunState | undefined;
  /** How many to begin with. */
  readonly limit: number;
  readonly isJson: boolean;
};

/** Prints runs as they come and as they move on, until Ctrl-C. */
export async function followRuns(
  reader: RunsReader,
  { filter, state, limit, isJson }: Following,
): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const print = (run: RunReading) => {
    if (state !== undefined && run.state !== state) return;
    console.log(isJson ? jsonLine(runJson(run)) : tableLine(runRow(run), runWidths));
  };

  const watch = await startWatch(reader, filter);
  if (!isJson) console.log(tableLine(runHeader, runWidths));
  for (const run of await reader.list({ ...filter, ...(state && { state }), limit })) {
    watch.know(run);
    print(run);
  }
  while (!stop.signal.aborted) {
    for (const run of await watch.changes()) print(run);
    await delay(pauseMs, undefined, { signal: stop.signal }).catch(() => {});
  }
  return 0;
}

/** Tells which runs are new, or have moved on, since the last look. */
async function startWatch(reader: RunsReader, filter: Following['filter']) {
  const seen = new Map<number, string>();
  const open = new Set<number>();
  let highest = (await reader.list({ limit: 1 }))[0]?.number ?? 0;
  const recent = () => reader.list({ ...filter, afterNumber: highest - outOfOrder, limit: mostNew });

  /** Answers whether it is news. */
  const know = (run: RunReading): boolean => {
    const standing = `${run.state} ${run.attempt}`;
    const isNews = seen.get(run.number) !== standing;
    seen.set(run.number, standing);
    highest = Math.max(highest, run.number);
    // To the end, so that those which have waited longest are looked at first.
    open.delete(run.number);
    if (isOpen(run)) open.add(run.number);
    return isNews;
  };
  for (const run of [...(await reader.underWay(filter)), ...(await recent())]) know(run);

  return {
    know,
    async changes(): Promise<RunReading[]> {
      const changed: RunReading[] = [];
      for (const number of [...open].slice(0, mostWatched)) {
        const run = await reader.byNumber(number);
        if (!run) open.delete(number);
        else if (know(run)) changed.push(run);
      }
      for (const run of await recent()) if (know(run)) changed.push(run);
      for (const number of seen.keys()) {
        if (number <= highest - outOfOrder && !open.has(number)) seen.delete(number);
      }
      return changed;
    },
  };
}
