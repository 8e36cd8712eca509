import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import type { RunView } from '@remotes/protocol/operators/runs';
import type { Api } from '../api/api.ts';
import { itemsOf } from '../api/pages.ts';
import type { Given, Options } from '../command.ts';
import { isGiven, readSeconds } from '../given.ts';
import { usageTrouble } from '../trouble.ts';
import { totalOf } from './counts.ts';
import { lookAt } from './follow.ts';

/** How a job is watched. */
export const watchOptions = {
  'wait-seconds': { type: 'string' },
  follow: { type: 'boolean', short: 'F' },
  'no-follow': { type: 'boolean' },
  raw: { type: 'boolean' },
} as const satisfies Options;

export type Watching = {
  readonly waitSeconds: number | undefined;
  /** Whether output is to be shown as it comes; undefined: as it fits. */
  readonly isFollowed: boolean | undefined;
};

export function readWatching(given: Given): Watching {
  const [isWanted, isUnwanted] = [isGiven(given, 'follow'), isGiven(given, 'no-follow')];
  if (isWanted && isUnwanted) throw usageTrouble('--follow and --no-follow exclude each other.');
  if (isWanted && given.format !== 'table')
    throw usageTrouble('--follow shows lines as they come: give it without --json and -o.');
  const isFollowed = isWanted || isUnwanted ? isWanted : undefined;
  return { waitSeconds: readSeconds(given, 'wait-seconds'), isFollowed };
}

/** Without being asked for, the output of more hosts than these is not shown as it comes. */
const mostFollowed = 20;

/** The runs whose output is shown as it comes; undefined where it is not. */
export async function runsToFollow(
  { format }: Given,
  isFollowed: boolean | undefined,
  api: Api,
  id: string,
): Promise<readonly RunView[] | undefined> {
  if (isFollowed === false || format !== 'table') return undefined;
  if (isFollowed === undefined && !process.stdout.isTTY) return undefined;
  const { job, counts } = await lookAt(api, id);
  if (job.kind !== 'ad_hoc') {
    if (isFollowed)
      throw usageTrouble('Hosts join a standing job as they come: follow its runs, one by one.');
    return undefined;
  }
  if (isFollowed === undefined && totalOf(counts) > mostFollowed) return undefined;
  const runs: RunView[] = [];
  for await (const run of itemsOf(api, jobsRoutes.jobs_runs, { params: { id }, query: {} })) runs.push(run);
  return runs;
}
