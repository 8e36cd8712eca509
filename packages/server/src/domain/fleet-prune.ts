import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import type { Findings } from './fleet-findings.ts';
import { steeringNames } from './fleet-steering.ts';
import { type FleetPlan, variableKey } from './fleet-steps.ts';
import { usualHostsGroup } from './host-verify.ts';

/**
 * The same plan without what the file does not name. A section that the file leaves out is left alone; whatever is
 * still in use stays, and so do the settings that steer the server and the hosts group that new hosts join.
 */
export function pruneFleet(plan: FleetPlan, file: FleetFile): FleetPlan {
  const commandsGroups = file.commands_groups
    ? plan.commandsGroups.map((step) => (step.isNamed ? step : gone(step)))
    : plan.commandsGroups;
  const standing = new Set(commandsGroups.flatMap(({ wanted }) => wanted?.name ?? []));
  const listed = new Set(
    (file.commands_groups ?? []).flatMap(({ name, commands }) => (commands ? name : [])),
  );
  const commands = plan.commands.map((step) => {
    const group = step.wanted?.commandsGroup ?? '';
    return step.isNamed || (standing.has(group) && !listed.has(group)) ? step : gone(step);
  });

  const kept = commands.flatMap(({ wanted }) => wanted ?? []);
  const hostsGroups = new Set(commandsGroups.flatMap(({ wanted }) => wanted?.hostsGroup ?? []));
  hostsGroups.add(autoAddGroup(plan));
  const settings = new Set([...steeringNames, ...kept.flatMap((command) => command.settings)]);
  const variables = new Set(kept.flatMap((command) => [...command.variables, ...command.outputVariables]));
  const isNeeded = (needed: ReadonlySet<string>, name: string | undefined) => needed.has(name ?? '');
  return {
    commandsGroups,
    commands,
    hostsGroups: plan.hostsGroups.map((step) =>
      !file.hosts_groups || step.isNamed || isNeeded(hostsGroups, step.wanted?.name) ? step : gone(step),
    ),
    settings: plan.settings.map((step) =>
      !file.settings || step.isNamed || isNeeded(settings, step.wanted?.name) ? step : gone(step),
    ),
    variables: plan.variables.map((step) =>
      !file.variables || step.isNamed || isNeeded(variables, step.wanted && variableKey(step.wanted))
        ? step
        : gone(step),
    ),
  };
}

/** The hosts group that new hosts join is renamed, and they would go on joining one of the former name. */
export function noteStrayAutoAdd(plan: FleetPlan, { notes }: Findings): void {
  const autoAdd = autoAddGroup(plan);
  const renamed = plan.hostsGroups.findIndex(
    ({ former, wanted }) => former?.name === autoAdd && wanted && wanted.name !== autoAdd,
  );
  if (renamed < 0) return;
  const sentence = `New hosts still join "${autoAdd}", which is made anew when one comes: set "hosts_group_auto_add" to "${plan.hostsGroups[renamed]?.wanted?.name}".`;
  notes.push({ at: ['hosts_groups', renamed], sentence });
}

export function autoAddGroup({ settings }: FleetPlan): string {
  const setting = settings.find(({ wanted }) => wanted?.name === 'hosts_group_auto_add')?.wanted;
  return (setting?.isActive && !setting.isSecret && setting.value.trim()) || usualHostsGroup;
}

export function gone<Any extends { readonly wanted: unknown }>(
  step: Any,
): Any & { readonly wanted: undefined } {
  return { ...step, wanted: undefined };
}
