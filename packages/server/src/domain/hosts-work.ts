import type { Definitions } from './definitions.ts';
import { isLimited } from './jobs/job-slots.ts';
import type { Tables } from './ports.ts';

/** What a host's own tables say about what it may be offered. */
export type HostsWork = {
  readonly pending: readonly number[];
  readonly holds: readonly { commandsGroupId: number }[];
  /** Ad-hoc jobs among what is pending that hand nothing out now. */
  readonly full: readonly number[];
  /** It speaks the sealed protocol, which carries programs of every interpreter. */
  readonly isSealed: boolean;
};

export async function readWork(
  tables: Tables,
  definitions: Definitions,
  { hostId, isSealed }: { hostId: number; isSealed: boolean },
): Promise<HostsWork> {
  const pending = await tables.pending.ofHost(hostId);
  const mayBeHeld = pending.some((wireNumber) => definitions.work.get(wireNumber)?.stopOnFailure);
  const holds = mayBeHeld ? await tables.runs.holdsOfHost(hostId) : [];
  const full = await tables.jobs.full(
    pending.filter((wireNumber) => isLimited(definitions.work.get(wireNumber))),
  );
  return { pending, holds, full, isSealed };
}
