import type {
  Command,
  CommandRevision,
  CommandsGroup,
  Host,
  HostsGroup,
  Setting,
  Variable,
} from './ports.ts';

/** One thing as it stands and as it is to be: without the former it is added, without the latter removed. */
type Step<Former, Wanted> = {
  readonly former: Former | undefined;
  readonly wanted: Wanted | undefined;
  /** Whether the file names it. What it does not name stays as it is, unless it is pruned. */
  readonly isNamed: boolean;
};

export type HostsGroupStep = Step<HostsGroup, Omit<HostsGroup, 'id'>> & {
  readonly joining: readonly Host[];
  readonly leaving: readonly Host[];
};

export type SettingStep = Step<Setting, Setting>;

export type VariableStep = Step<Variable, Omit<Variable, 'id'>> & {
  /** Those that differ from what stands. */
  readonly values: readonly {
    readonly host: Host;
    readonly former: string | undefined;
    readonly wanted: string;
  }[];
};

/** With the hosts group by the name that it is to have. */
export type WantedCommandsGroup = Omit<CommandsGroup, 'id' | 'hostsGroupId'> & {
  readonly hostsGroup: string;
};
export type CommandsGroupStep = Step<CommandsGroup, WantedCommandsGroup> & {
  /** What stands, in the terms of what is wanted. */
  readonly standing: WantedCommandsGroup | undefined;
};

/** With the commands group by the name that it is to have, and variables as `category/name`. */
export type WantedCommand = Pick<Command, 'name' | 'description' | 'position' | 'isActive'> &
  Omit<CommandRevision, 'variables' | 'outputVariables'> & {
    readonly commandsGroup: string;
    readonly variables: readonly string[];
    readonly outputVariables: readonly string[];
  };
export type CommandStep = Step<Command, WantedCommand> & {
  /** What stands, in the terms of what is wanted. */
  readonly standing: WantedCommand | undefined;
};

/** The whole fleet, before and after. */
export type FleetPlan = {
  readonly hostsGroups: readonly HostsGroupStep[];
  readonly settings: readonly SettingStep[];
  readonly variables: readonly VariableStep[];
  readonly commandsGroups: readonly CommandsGroupStep[];
  readonly commands: readonly CommandStep[];
};

export function variableKey({ category, name }: Omit<Variable, 'id'>): string {
  return `${category}/${name}`;
}
