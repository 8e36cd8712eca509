import type { FleetCommand, FleetFile } from '@remotes/protocol/values/fleet-file';
import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import type { CommandChange, EditRequest, FleetEdit } from './fleet-edit.ts';
import { type EditReach, refusalOfReach } from './fleet-edit-reach.ts';
import {
  commandsGroupVersion,
  commandVersion,
  hostsGroupVersion,
  settingVersion,
} from './fleet-edit-versions.ts';
import { exportCommand, exportCommandsGroup, variableKeysOf } from './fleet-export.ts';
import type { FleetState } from './fleet-state.ts';
import { reaches } from './operators/rights.ts';
import { refusalOfVersion } from './operators/row-version.ts';
import type { Command, CommandsGroup, HostsGroup } from './ports.ts';

type Asked = Pick<EditRequest, 'wantedVersion'> & EditReach;
type Drawn = FleetFile | AdministrationRefusal;

/** The file that says what an edit says: what stands, and the change laid over it. */
export function drawEdit(state: FleetState, edit: FleetEdit, asked: Asked): Drawn {
  if (edit.kind === 'hosts_group') return drawHostsGroup(state, edit, asked);
  if (edit.kind === 'commands_group') return drawCommandsGroup(state, edit, asked);
  if (edit.kind === 'command') return drawCommand(state, edit, asked);
  return drawSetting(state, edit, asked);
}

type EditOf<Kind extends FleetEdit['kind']> = Extract<FleetEdit, { kind: Kind }>;

function drawHostsGroup(
  state: FleetState,
  { id, change }: EditOf<'hosts_group'>,
  { wantedVersion, within }: Asked,
): Drawn {
  if (id === null && within !== null) return notNarrowed('make a hosts group');
  const former = id === null ? undefined : findHostsGroup(state, id, within);
  if (isDeclined(former)) return former;
  const refusal =
    (former && refusalOfVersion('This hosts group', hostsGroupVersion(former), wantedVersion)) ??
    refusalOfName(state.hostsGroups, former, change.name);
  if (refusal) return refusal;
  const name = change.name ?? former?.name ?? '';
  const active = change.isActive ?? former?.isActive ?? true;
  return { hosts_groups: [{ name, active, ...was(former, name) }] };
}

function drawCommandsGroup(
  state: FleetState,
  { id, change }: EditOf<'commands_group'>,
  { wantedVersion, within }: Asked,
): Drawn {
  const former = id === null ? undefined : findCommandsGroup(state, id, within);
  if (isDeclined(former)) return former;
  const hostsGroup = findHostsGroup(state, change.hostsGroupId ?? former?.hostsGroupId ?? 0, within);
  if (isDeclined(hostsGroup)) return hostsGroup;
  const refusal =
    (former && refusalOfVersion('This commands group', commandsGroupVersion(former), wantedVersion)) ??
    refusalOfName(state.commandsGroups, former, change.name);
  if (refusal) return refusal;
  const fresh = {
    name: '',
    position: lastOf(state.commandsGroups) + 1,
    afterAt: null,
    beforeAt: null,
    isActive: true,
    stopOnFailure: false,
  };
  const wanted = { ...fresh, ...former, ...change };
  const entry = exportCommandsGroup(wanted, hostsGroup.name);
  return { commands_groups: [{ ...entry, ...was(former, wanted.name) }] };
}

function drawCommand(
  state: FleetState,
  { id, change }: EditOf<'command'>,
  { wantedVersion, within, variableIds }: Asked,
): Drawn {
  const former = id === null ? undefined : findCommand(state, id, within);
  if (isDeclined(former)) return former;
  const group = findCommandsGroup(state, change.commandsGroupId ?? former?.commandsGroupId ?? 0, within);
  if (isDeclined(group)) return group;
  const siblings = state.commands.filter(({ commandsGroupId }) => commandsGroupId === group.id);
  const name = change.name ?? former?.name ?? '';
  const refusal =
    (former && refusalOfVersion('This command', commandVersion(former), wantedVersion)) ??
    refusalOfName(siblings, former, name) ??
    refusalOfReach(state, former, change, { within, variableIds });
  if (refusal) return refusal;

  const hostsGroup = state.hostsGroups.find((each) => each.id === group.hostsGroupId);
  const entry: FleetCommand = {
    ...(former ? exportCommand(former, variableKeysOf(state)) : { command: '' }),
    ...said(change),
    name,
  };
  entry.order ??= lastOf(siblings) + 1;
  const formerGroup = state.commandsGroups.find((each) => each.id === former?.commandsGroupId);
  const isMoved = formerGroup !== undefined && formerGroup.id !== group.id;
  // In its new group it comes last, where nobody says otherwise.
  if (isMoved && change.position === undefined) entry.order = lastOf(siblings) + 1;
  const before = isMoved ? { was: `${formerGroup.name}/${former?.name}` } : was(former, name);
  return {
    commands_groups: [
      { ...exportCommandsGroup(group, hostsGroup?.name ?? ''), commands: [{ ...entry, ...before }] },
    ],
  };
}

/** What a change says, in the terms of a file. */
function said(change: CommandChange): Partial<FleetCommand> {
  const { description, position, isActive, interpreter, timeoutSeconds, attempts, program } = change;
  return {
    ...(description !== undefined && { description }),
    ...(position !== undefined && { order: position }),
    ...(isActive !== undefined && { active: isActive }),
    ...(interpreter !== undefined && { interpreter }),
    ...(timeoutSeconds !== undefined && { timeout: timeoutSeconds }),
    ...(attempts !== undefined && { attempts }),
    ...(program !== undefined && { command: program }),
    ...(change.settings !== undefined && { settings: [...change.settings] }),
    ...(change.variables !== undefined && { variables: [...change.variables] }),
    ...(change.outputVariables !== undefined && { output_variables: [...change.outputVariables] }),
  };
}

function drawSetting(
  state: FleetState,
  { name, change }: EditOf<'setting'>,
  { wantedVersion, within }: Asked,
): Drawn {
  if (within !== null) return notNarrowed('change settings');
  const former = state.settings.find((setting) => setting.name === name);
  if (!former && wantedVersion !== null) return decline('not_found', `There is no setting "${name}".`);
  const refusal = former && refusalOfVersion('This setting', settingVersion(former), wantedVersion);
  if (refusal) return refusal;
  const value = change.value ?? (former?.isSecret ? undefined : former?.value);
  const secret = change.isSecret ?? former?.isSecret ?? false;
  const description = change.description ?? former?.description ?? '';
  return { settings: [{ name, secret, description, ...(value !== undefined && { value }) }] };
}

export function findHostsGroup(
  state: FleetState,
  id: number,
  within: readonly number[] | null,
): HostsGroup | AdministrationRefusal {
  const group = state.hostsGroups.find((each) => each.id === id);
  return group && reaches({ hostsGroupIds: within }, [id]) ? group : nothing(`hosts group ${id}`);
}

export function findCommandsGroup(
  state: FleetState,
  id: number,
  within: readonly number[] | null,
): CommandsGroup | AdministrationRefusal {
  const group = state.commandsGroups.find((each) => each.id === id);
  const isSeen = group && reaches({ hostsGroupIds: within }, [group.hostsGroupId]);
  return isSeen ? group : nothing(`commands group ${id}`);
}

export function findCommand(
  state: FleetState,
  id: number,
  within: readonly number[] | null,
): Command | AdministrationRefusal {
  const command = state.commands.find((each) => each.id === id);
  const isSeen = command && !isDeclined(findCommandsGroup(state, command.commandsGroupId, within));
  return isSeen ? command : nothing(`command ${id}`);
}

function nothing(what: string): AdministrationRefusal {
  return decline('not_found', `There is no ${what}.`);
}

export function notNarrowed(what: string): AdministrationRefusal {
  return decline(
    'not_allowed',
    `It takes an account whose rights are not narrowed to hosts groups to ${what}.`,
  );
}

/** Whose name it is may be hidden from whoever asks: that it cannot be had is all that is told. */
function refusalOfName(
  others: readonly { readonly id: number; readonly name: string }[],
  former: { readonly id: number } | undefined,
  name: string | undefined,
): AdministrationRefusal | undefined {
  const bearer = others.find((other) => other.name === name);
  if (!bearer || bearer.id === former?.id) return undefined;
  return decline('name_taken', `The name "${name}" is taken: choose another one.`);
}

function was(former: { readonly name: string } | undefined, name: string): { was?: string } {
  return former && former.name !== name ? { was: former.name } : {};
}

function lastOf(rows: readonly { readonly position: number }[]): number {
  return Math.max(0, ...rows.map(({ position }) => position));
}
