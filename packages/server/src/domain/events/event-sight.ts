import { readJobSeen } from '../jobs/job-seen.ts';
import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import { reaches } from '../operators/rights.ts';
import type { Scope, StoredEvent, Tables } from '../ports.ts';

/** What one reader may be told: of hosts outside his groups, and of jobs without any of his hosts, nothing. */
export type EventSight = {
  sees(event: StoredEvent): Promise<boolean>;
};

export function createEventSight(mind: Mind, { hostsGroupIds }: Pick<Actor, 'hostsGroupIds'>): EventSight {
  if (hostsGroupIds === null) return Object.freeze({ sees: async () => true });
  const { tables } = mind.storage;
  const { events } = tables;
  let epoch = -1;
  let hostIds: ReadonlySet<number> = new Set();
  let jobs = new Map<string, Promise<boolean>>();
  let moves = new Map<string, Promise<boolean>>();

  const freshen = async () => {
    const current = (await mind.definitions.current()).epoch;
    if (current === epoch) return;
    hostIds = new Set(await events.hostIdsWithin(hostsGroupIds));
    jobs = new Map();
    moves = new Map();
    epoch = current;
  };
  const seesJob = (jobId: string) => {
    const known = jobs.get(jobId) ?? events.isJobWithin(jobId, hostsGroupIds);
    jobs.set(jobId, known);
    return known;
  };
  /** Of a job for others too, its runs tell him how it goes on: the rest depends on what happens on hosts of theirs. */
  const seesMoves = (jobId: string) => {
    const known = moves.get(jobId) ?? isWhole(tables, jobId, hostsGroupIds);
    moves.set(jobId, known);
    return known;
  };

  return Object.freeze({
    async sees({ kind, hostId, jobId, formerState, hostsGroupIds: formerGroups }: StoredEvent) {
      await freshen();
      if (kind === 'job') {
        return (await seesJob(jobId ?? '')) && (formerState === null || (await seesMoves(jobId ?? '')));
      }
      // It was removed, and its memberships with it.
      if (formerGroups !== null) return reaches({ hostsGroupIds }, JSON.parse(formerGroups));
      return hostId !== null && hostIds.has(hostId);
    },
  });
}

async function isWhole(tables: Tables, jobId: string, scope: Scope): Promise<boolean> {
  const job = await tables.jobs.byId(jobId);
  return job?.kind !== 'ad_hoc' || (await readJobSeen(tables, job, scope)).isWhole;
}
