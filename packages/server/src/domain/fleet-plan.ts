import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { planCommandsGroups } from './fleet-commands-groups-plan.ts';
import { planCommands } from './fleet-commands-plan.ts';
import type { Findings } from './fleet-findings.ts';
import { planHostsGroups } from './fleet-hosts-groups-plan.ts';
import { noteStrayAutoAdd, pruneFleet } from './fleet-prune.ts';
import { planSettings, type SealedValues } from './fleet-settings-plan.ts';
import type { FleetState, ValueFinder } from './fleet-state.ts';
import type { FleetPlan } from './fleet-steps.ts';
import { planVariables } from './fleet-variables-plan.ts';

export type FleetRequest = {
  readonly file: FleetFile;
  /** By the names of settings. */
  readonly sealedValues: SealedValues;
  /** Whether what the file does not name is to go. */
  readonly isPruning: boolean;
};

/** Lays the file over what stands: the whole fleet before and after, and all that is wrong or worth a note. */
export function planFleet(
  state: FleetState,
  findValue: ValueFinder,
  { file, sealedValues, isPruning }: FleetRequest,
): { plan: FleetPlan; findings: Findings } {
  const findings: Findings = { problems: [], notes: [] };
  const hostsGroups = planHostsGroups(state, file, findings);
  const settings = planSettings(state, file, sealedValues, findings);
  const variables = planVariables(state, findValue, file, findings);
  const commandsGroups = planCommandsGroups(state, file, hostsGroups, findings);
  const commands = planCommands(state, file, { settings, variables, commandsGroups }, findings);
  const plan = { hostsGroups, settings, variables, commandsGroups, commands };
  noteStrayAutoAdd(plan, findings);
  return { plan: isPruning ? pruneFleet(plan, file) : plan, findings };
}
