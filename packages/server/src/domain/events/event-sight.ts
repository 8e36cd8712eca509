import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import { reaches } from '../operators/rights.ts';
import type { StoredEvent } from '../ports.ts';

/** What one reader may be told: of hosts outside his groups, and of jobs without any of his hosts, nothing. */
export type EventSight = {
  sees(event: StoredEvent): Promise<boolean>;
};

export function createEventSight(mind: Mind, { hostsGroupIds }: Pick<Actor, 'hostsGroupIds'>): EventSight {
  if (hostsGroupIds === null) return Object.freeze({ sees: async () => true });
  const { events } = mind.storage.tables;
  let epoch = -1;
  let hostIds: ReadonlySet<number> = new Set();
  let jobs = new Map<string, Promise<boolean>>();

  const freshen = async () => {
    const current = (await mind.definitions.current()).epoch;
    if (current === epoch) return;
    hostIds = new Set(await events.hostIdsWithin(hostsGroupIds));
    jobs = new Map();
    epoch = current;
  };
  const seesJob = (jobId: string) => {
    const known = jobs.get(jobId) ?? events.isJobWithin(jobId, hostsGroupIds);
    jobs.set(jobId, known);
    return known;
  };

  return Object.freeze({
    async sees({ kind, hostId, jobId, hostsGroupIds: formerGroups }: StoredEvent) {
      await freshen();
      if (kind === 'job') return seesJob(jobId ?? '');
      // It was removed, and its memberships with it.
      if (formerGroups !== null) return reaches({ hostsGroupIds }, JSON.parse(formerGroups));
      return hostId !== null && hostIds.has(hostId);
    },
  });
}
