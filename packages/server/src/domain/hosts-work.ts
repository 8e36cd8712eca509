import { currentDefinitions, type Definitions } from './definitions.ts';
import { isLimited } from './jobs/job-slots.ts';
import type { Mind } from './mind.ts';
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

/**
 * Looks at what a host has to do, by definitions that may be a moment old; by exact ones where something is pending that
 * they do not know yet: whoever asks right after a command was made is given it.
 */
export async function lookAtWork(
  { storage: { tables }, definitions: view }: Pick<Mind, 'storage' | 'definitions'>,
  host: { hostId: number; isSealed: boolean },
): Promise<{ definitions: Definitions; work: HostsWork }> {
  const recent = await view.current();
  const work = await readWork(tables, recent, host);
  if (work.pending.every((wireNumber) => recent.work.has(wireNumber))) return { definitions: recent, work };
  const exact = await currentDefinitions(tables);
  return { definitions: exact, work: await readWork(tables, exact, host) };
}

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
