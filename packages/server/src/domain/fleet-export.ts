import type {
  FleetCommand,
  FleetCommandsGroup,
  FleetFile,
  FleetHostsGroup,
  FleetSetting,
  FleetVariable,
} from '@remotes/protocol/values/fleet-file';
import { dateTimeText } from './fleet-date-time.ts';
import { type FleetState, readFleetState } from './fleet-state.ts';
import { variableKey } from './fleet-steps.ts';
import type { Command, CommandsGroup, Host, Setting, Tables, VariableValue } from './ports.ts';

export type ExportRequest = {
  /** Without members of groups and values of variables: for a server that has other hosts. */
  readonly withoutHosts: boolean;
  /** With the values that runs have saved, too. */
  readonly withSavedValues: boolean;
};

/** What files and people call variables by. */
export function variableKeysOf({ variables }: Pick<FleetState, 'variables'>): ReadonlyMap<number, string> {
  return new Map(variables.map((variable) => [variable.id, variableKey(variable)]));
}

/** Everything that is defined, as a file that `apply` would find nothing to change in. */
export async function exportFleet(tables: Tables, request: ExportRequest): Promise<FleetFile> {
  const state = await readFleetState(tables);
  const values = request.withoutHosts ? [] : await tables.variables.values();
  const isToldOf = ({ setBy }: VariableValue) => request.withSavedValues || !setBy.startsWith('run ');
  return {
    hosts_groups: exportHostsGroups(state, request),
    settings: state.settings.map(exportSetting),
    variables: exportVariables(state, values.filter(isToldOf)),
    commands_groups: exportCommandsGroups(state),
  };
}

function exportHostsGroups(state: FleetState, { withoutHosts }: ExportRequest): FleetHostsGroup[] {
  return state.hostsGroups.map(({ id, name, isActive }) => {
    const members = withoutHosts ? undefined : state.memberIds.get(id);
    return {
      name,
      ...(isActive ? {} : { active: false }),
      ...(members
        ? { hosts: state.hosts.filter((host) => members.has(host.id)).map((host) => host.name) }
        : {}),
    };
  });
}

/** A secret's value stays here: applied again, the file keeps what is stored. */
function exportSetting({ name, value, description, isSecret }: Setting): FleetSetting {
  return {
    name,
    ...(isSecret ? { secret: true } : { value }),
    ...(description === '' ? {} : { description }),
  };
}

function exportVariables(state: FleetState, values: readonly VariableValue[]): FleetVariable[] {
  const hosts = new Map<number, Host>(state.hosts.map((host) => [host.id, host]));
  const valuesById = Map.groupBy(values, ({ variableId }) => variableId);
  return state.variables.map(({ id, category, name }) => {
    const set = (valuesById.get(id) ?? []).flatMap(({ hostId, value }) => {
      const host = hosts.get(hostId);
      return host ? [[host.name, value]] : [];
    });
    return { category, name, ...(set.length > 0 ? { values: Object.fromEntries(set) } : {}) };
  });
}

function exportCommandsGroups(state: FleetState): FleetCommandsGroup[] {
  const hostsGroupNames = new Map(state.hostsGroups.map(({ id, name }) => [id, name]));
  const variableKeys = variableKeysOf(state);
  const inOrder = <Row extends { position: number; id: number }>(rows: readonly Row[]) =>
    rows.toSorted((one, other) => one.position - other.position || one.id - other.id);
  return inOrder(state.commandsGroups).map((group: CommandsGroup) => ({
    ...exportCommandsGroup(group, hostsGroupNames.get(group.hostsGroupId) ?? ''),
    commands: inOrder(state.commands.filter((command) => command.commandsGroupId === group.id)).map(
      (command) => exportCommand(command, variableKeys),
    ),
  }));
}

/** The group itself, without its commands. */
export function exportCommandsGroup(
  group: Omit<CommandsGroup, 'id' | 'hostsGroupId'>,
  hostsGroup: string,
): FleetCommandsGroup {
  return {
    name: group.name,
    hosts_group: hostsGroup,
    order: group.position,
    ...(group.afterAt === null ? {} : { after: dateTimeText(group.afterAt) }),
    ...(group.beforeAt === null ? {} : { before: dateTimeText(group.beforeAt) }),
    ...(group.isActive ? {} : { active: false }),
    ...(group.stopOnFailure ? { stop_on_failure: true } : {}),
  };
}

/** Variables in full, so that a file goes on meaning the same when another one of that name is added. */
export function exportCommand(command: Command, variableKeys: ReadonlyMap<number, string>): FleetCommand {
  const keys = (ids: readonly number[]) => ids.flatMap((id) => variableKeys.get(id) ?? []);
  const variables = keys(command.variables.map(({ variableId }) => variableId));
  const outputVariables = keys(command.outputVariables);
  return {
    name: command.name,
    ...(command.description === '' ? {} : { description: command.description }),
    order: command.position,
    ...(command.isActive ? {} : { active: false }),
    interpreter: command.interpreter,
    timeout: command.timeoutSeconds,
    ...(command.settings.length > 0 ? { settings: [...command.settings] } : {}),
    ...(variables.length > 0 ? { variables } : {}),
    ...(outputVariables.length > 0 ? { output_variables: outputVariables } : {}),
    ...(command.attempts === 1 ? {} : { attempts: command.attempts }),
    command: command.program,
  };
}
