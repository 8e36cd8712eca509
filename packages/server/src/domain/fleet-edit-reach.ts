import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import type { CommandChange } from './fleet-edit.ts';
import { variableKeysOf } from './fleet-export.ts';
import type { FleetState } from './fleet-state.ts';
import { reaches } from './operators/rights.ts';
import type { Command } from './ports.ts';

type Scope = readonly number[] | null;

/** How far an edit reaches that somebody asks for. */
export type EditReach = {
  /** His hosts groups; null: all. */
  readonly within: Scope;
  /** The variables that exist for him, by id; undefined: all. */
  readonly variableIds: ReadonlySet<number> | undefined;
};

/**
 * Whoever has rights on some hosts groups alone hands commands only settings that commands of his are handed already, and
 * no secret to a program of his own, or every secret would be his; and saves results only to variables that no command of
 * others reads. Variables that do not exist for him are as if there were none.
 */
export function refusalOfReach(
  state: FleetState,
  former: Command | undefined,
  change: CommandChange,
  { within, variableIds }: EditReach,
): AdministrationRefusal | undefined {
  if (within === null) return undefined;
  const variables = state.variables.filter(({ id }) => variableIds?.has(id) ?? true);
  return (
    refusalOfInputs({ ...state, variables }, former, change, within) ??
    refusalOfSecrets(state, former, change)
  );
}

function refusalOfInputs(
  state: FleetState,
  former: Command | undefined,
  { settings = [], variables = [], outputVariables = [] }: CommandChange,
  within: Scope,
): AdministrationRefusal | undefined {
  const known = settingsInReach(state, within);
  const strange = settings.find((name) => !known.has(name));
  if (strange !== undefined) {
    return decline(
      'not_allowed',
      `No command within your rights is handed a setting "${strange}": an account whose rights are not narrowed can hand it over.`,
    );
  }
  const keys = variableKeysOf(state);
  const present = new Set(keys.values());
  // Said here and not later, where a name is proposed that may be one of others.
  const unknown = [...variables, ...outputVariables].find((key) => !present.has(key));
  if (unknown !== undefined) {
    return decline(
      'unsuitable_value',
      `There is no variable "${unknown}": write its category, a slash and its name.`,
    );
  }
  const saved = new Set((former?.outputVariables ?? []).map((id) => keys.get(id)));
  const foreign = new Set(
    commandsBeyond(state, within).flatMap(({ variables }) =>
      variables.map(({ variableId }) => keys.get(variableId)),
    ),
  );
  const read = outputVariables.find((key) => foreign.has(key) && !saved.has(key));
  if (read === undefined) return undefined;
  return decline(
    'not_allowed',
    `"${read}" is read by commands that lie outside your rights: save to another variable.`,
  );
}

/** A secret goes to the program that somebody chose for it who may hand it over. */
function refusalOfSecrets(
  { settings }: FleetState,
  former: Command | undefined,
  change: CommandChange,
): AdministrationRefusal | undefined {
  const secrets = new Set(settings.flatMap(({ name, isSecret }) => (isSecret ? name : [])));
  const handed = (change.settings ?? former?.settings ?? []).filter((name) => secrets.has(name));
  const added = handed.find((name) => !former?.settings.includes(name));
  if (added !== undefined) {
    return decline(
      'not_allowed',
      `The setting "${added}" is secret: only accounts with rights on all hosts may hand it to a command.`,
    );
  }
  const { program = former?.program, interpreter = former?.interpreter } = change;
  if (handed.length === 0 || (program === former?.program && interpreter === former?.interpreter)) {
    return undefined;
  }
  return decline(
    'not_allowed',
    `The command is handed the secret setting "${handed[0]}": only accounts with rights on all hosts may change its program or its interpreter.`,
  );
}

/** The settings that commands within these hosts groups are handed. */
export function settingsInReach(
  state: Pick<FleetState, 'commands' | 'commandsGroups'>,
  within: Scope,
): ReadonlySet<string> {
  const groups = groupsWithin(state, within);
  const commands = state.commands.filter(({ commandsGroupId }) => groups.has(commandsGroupId));
  return new Set(commands.flatMap(({ settings }) => settings));
}

function commandsBeyond(state: FleetState, within: Scope): Command[] {
  const groups = groupsWithin(state, within);
  return state.commands.filter(({ commandsGroupId }) => !groups.has(commandsGroupId));
}

function groupsWithin({ commandsGroups }: Pick<FleetState, 'commandsGroups'>, within: Scope): Set<number> {
  const seen = commandsGroups.filter(({ hostsGroupId }) =>
    reaches({ hostsGroupIds: within }, [hostsGroupId]),
  );
  return new Set(seen.map(({ id }) => id));
}
