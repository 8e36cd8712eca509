import type { CommandDefinition, Definitions } from './definitions.ts';
import type { Tables } from './ports.ts';

/** Ad-hoc runs that a host on the live channel may have at once. */
export const besideLimit = 8;

/** Of what a host on the live channel is offered, that for which it has room: one standing run, and some ad-hoc ones beside it. */
export async function withinSlots(
  tables: Tables,
  definitions: Definitions,
  hostId: number,
  offered: readonly CommandDefinition[],
): Promise<CommandDefinition[]> {
  if (offered.length === 0) return [];
  const unfinished = await tables.runs.unfinishedOfHost(hostId);
  const besideTaken = unfinished.filter(
    ({ wireNumber }) => definitions.work.get(wireNumber)?.job !== undefined,
  ).length;
  let standing = unfinished.length > besideTaken ? 0 : 1;
  let beside = besideLimit - besideTaken;
  return offered.filter(({ job }) => (job ? beside-- > 0 : standing-- > 0));
}
