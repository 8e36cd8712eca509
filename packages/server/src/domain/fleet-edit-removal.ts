import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import type { EditRequest } from './fleet-edit.ts';
import { findCommand, findCommandsGroup, findHostsGroup, notNarrowed } from './fleet-edit-file.ts';
import {
  commandsGroupVersion,
  commandVersion,
  hostsGroupVersion,
  settingVersion,
} from './fleet-edit-versions.ts';
import { autoAddGroup, gone } from './fleet-prune.ts';
import type { FleetState } from './fleet-state.ts';
import type { FleetPlan } from './fleet-steps.ts';
import { refusalOfVersion } from './operators/row-version.ts';

/** One thing that is to go. What is still in use stays. */
export type FleetRemoval =
  | { isRemoval: true; kind: 'hosts_group'; id: number }
  | { isRemoval: true; kind: 'commands_group'; id: number }
  | { isRemoval: true; kind: 'command'; id: number }
  | { isRemoval: true; kind: 'setting'; name: string };

type Asked = Pick<EditRequest, 'wantedVersion' | 'within'>;
type Rest = FleetPlan | AdministrationRefusal;

/** The same plan without this thing. */
export function removeFrom(state: FleetState, plan: FleetPlan, removal: FleetRemoval, asked: Asked): Rest {
  if (removal.kind === 'hosts_group') return removeHostsGroup(state, plan, removal.id, asked);
  if (removal.kind === 'commands_group') return removeCommandsGroup(state, plan, removal.id, asked);
  if (removal.kind === 'command') return removeCommand(state, plan, removal.id, asked);
  return removeSetting(state, plan, removal.name, asked);
}

function removeHostsGroup(
  state: FleetState,
  plan: FleetPlan,
  id: number,
  { wantedVersion, within }: Asked,
): Rest {
  if (within !== null) return notNarrowed('remove a hosts group');
  const group = findHostsGroup(state, id, within);
  if (isDeclined(group)) return group;
  const refusal = refusalOfVersion('This hosts group', hostsGroupVersion(group), wantedVersion);
  if (refusal) return refusal;
  const users = state.commandsGroups.filter(({ hostsGroupId }) => hostsGroupId === id);
  if (users.length > 0) return inUse(`hosts group "${group.name}"`, 'commands groups', users);
  if (autoAddGroup(plan) === group.name) {
    return decline(
      'unsuitable_state',
      `New hosts join the hosts group "${group.name}": set "hosts_group_auto_add" to another one first.`,
    );
  }
  return {
    ...plan,
    hostsGroups: plan.hostsGroups.map((step) => (step.former === group ? gone(step) : step)),
  };
}

function removeCommandsGroup(
  state: FleetState,
  plan: FleetPlan,
  id: number,
  { wantedVersion, within }: Asked,
): Rest {
  const group = findCommandsGroup(state, id, within);
  if (isDeclined(group)) return group;
  const refusal = refusalOfVersion('This commands group', commandsGroupVersion(group), wantedVersion);
  if (refusal) return refusal;
  return {
    ...plan,
    commandsGroups: plan.commandsGroups.map((step) => (step.former === group ? gone(step) : step)),
    commands: plan.commands.map((step) => (step.former?.commandsGroupId === id ? gone(step) : step)),
  };
}

function removeCommand(
  state: FleetState,
  plan: FleetPlan,
  id: number,
  { wantedVersion, within }: Asked,
): Rest {
  const command = findCommand(state, id, within);
  if (isDeclined(command)) return command;
  const refusal = refusalOfVersion('This command', commandVersion(command), wantedVersion);
  if (refusal) return refusal;
  return { ...plan, commands: plan.commands.map((step) => (step.former === command ? gone(step) : step)) };
}

function removeSetting(
  state: FleetState,
  plan: FleetPlan,
  name: string,
  { wantedVersion, within }: Asked,
): Rest {
  if (within !== null) return notNarrowed('remove settings');
  const setting = state.settings.find((each) => each.name === name);
  if (!setting) return decline('not_found', `There is no setting "${name}".`);
  const refusal = refusalOfVersion('This setting', settingVersion(setting), wantedVersion);
  if (refusal) return refusal;
  const users = state.commands.filter(({ settings }) => settings.includes(name));
  if (users.length > 0) return inUse(`setting "${name}"`, 'commands', users);
  return { ...plan, settings: plan.settings.map((step) => (step.former === setting ? gone(step) : step)) };
}

const mostNamed = 10;

export function inUse(
  what: string,
  noun: string,
  users: readonly { readonly name: string }[],
): AdministrationRefusal {
  const names = users.slice(0, mostNamed).map(({ name }) => `"${name}"`);
  const more = users.length > names.length ? ` and ${users.length - names.length} more` : '';
  return decline('unsuitable_state', `The ${what} is still used by ${noun} ${names.join(', ')}${more}.`);
}
