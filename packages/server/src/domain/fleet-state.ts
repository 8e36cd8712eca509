import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { createHostFinder } from './fleet-host-finder.ts';
import type { Command, CommandsGroup, Host, HostsGroup, Setting, Tables, Variable } from './ports.ts';

/** Everything that a fleet file may speak of, as it stands. */
export type FleetState = FleetDefinitions & {
  readonly hosts: readonly Host[];
  /** Of each hosts group, by its id. */
  readonly memberIds: ReadonlyMap<number, ReadonlySet<number>>;
};

/** What does not grow with the number of hosts. */
export type FleetDefinitions = {
  readonly hostsGroups: readonly HostsGroup[];
  readonly settings: readonly Setting[];
  readonly variables: readonly Variable[];
  readonly commandsGroups: readonly CommandsGroup[];
  readonly commands: readonly Command[];
};

export async function readFleetState(tables: Tables): Promise<FleetState> {
  const memberIds = new Map<number, Set<number>>();
  for (const { hostsGroupId, hostId } of await tables.hostsGroups.memberships()) {
    const members = memberIds.get(hostsGroupId);
    if (members) members.add(hostId);
    else memberIds.set(hostsGroupId, new Set([hostId]));
  }
  return { ...(await readFleetDefinitions(tables)), hosts: await tables.hosts.list(), memberIds };
}

export async function readFleetDefinitions(tables: Tables): Promise<FleetDefinitions> {
  return {
    hostsGroups: await tables.hostsGroups.list(),
    settings: await tables.settings.list(),
    variables: await tables.variables.list(),
    commandsGroups: await tables.commandsGroups.list(),
    commands: await tables.commands.list(),
  };
}

/** The value that a variable has for a host; undefined where it has none. */
export type ValueFinder = (variableId: number, hostId: number) => string | undefined;

/** Only those values that the file sets too: a fleet may hold millions. */
export async function readFleetValues(
  tables: Tables,
  state: FleetState,
  file: FleetFile,
): Promise<ValueFinder> {
  const findHost = createHostFinder(state.hosts);
  const wanted = new Map<number, number[]>();
  for (const { category, name, values } of file.variables ?? []) {
    const variable = state.variables.find((known) => known.category === category && known.name === name);
    if (!variable || !values) continue;
    for (const reference of Object.keys(values)) {
      const host = findHost(reference);
      if (host) wanted.set(host.id, [...(wanted.get(host.id) ?? []), variable.id]);
    }
  }
  const found = new Map<string, string>();
  for (const [hostId, variableIds] of wanted) {
    for (const { variableId, value } of await tables.variables.valuesOfHost(hostId, variableIds)) {
      found.set(`${variableId} ${hostId}`, value);
    }
  }
  return (variableId, hostId) => found.get(`${variableId} ${hostId}`);
}
