import type { FleetCommand, FleetFile } from '@remotes/protocol/values/fleet-file';
import { positionsOf, reportTwice, settleClaims } from './fleet-claims.ts';
import type { FilePath, Findings } from './fleet-findings.ts';
import { createInputsReader, type KnownInputs } from './fleet-inputs.ts';
import type { FleetState } from './fleet-state.ts';
import { type CommandStep, type CommandsGroupStep, variableKey, type WantedCommand } from './fleet-steps.ts';
import { runsOnV1 } from './offer.ts';
import type { Command } from './ports.ts';

/** A command that says nothing else may run for this long. */
const usualTimeoutSeconds = 60;

/** Every command, before and after; those of the file first, in its order. */
export function planCommands(
  state: FleetState,
  file: FleetFile,
  known: KnownInputs & { commandsGroups: readonly CommandsGroupStep[] },
  findings: Findings,
): CommandStep[] {
  const { commandsGroups } = known;
  const entries = (file.commands_groups ?? []).flatMap(({ name, commands = [] }, group) => {
    const positions = positionsOf(commands);
    return commands.map((entry, index) => ({
      entry,
      at: ['commands_groups', group, 'commands', index] as FilePath,
      group: name,
      groupRow: commandsGroups[group]?.former,
      position: positions[index] ?? 0,
    }));
  });
  reportTwice(
    entries.map(({ entry, at, group }) => ({
      at,
      key: JSON.stringify([group, entry.name]),
      label: `The command "${entry.name}" of the commands group "${group}"`,
    })),
    findings,
  );
  const rows = settleClaims(
    entries.map(({ entry: { name, was }, at, groupRow }) => {
      const siblings = state.commands.filter((command) => command.commandsGroupId === groupRow?.id);
      const called = siblings.filter((command) => command.name === was);
      const row = siblings.find((command) => command.name === name);
      return { at, name, was, row, formerRows: called.length > 0 ? called : calledInFull(state, was) };
    }),
    { noun: 'command', passesOverMissing: state.commands.length === 0 },
    findings,
  );
  const stands = createStandingReader(state, commandsGroups);
  const readInputs = createInputsReader(known, findings);
  const steps = entries.map(({ entry, at, group, position }, index): CommandStep => {
    const former = rows[index];
    if (!former) noteNamesake(state, rows, { entry, at }, findings);
    noteInterpreter(entry, at, findings);
    const wanted: WantedCommand = {
      commandsGroup: group,
      name: entry.name,
      description: entry.description ?? '',
      position,
      isActive: entry.active ?? true,
      interpreter: entry.interpreter ?? 'python',
      timeoutSeconds: entry.timeout ?? usualTimeoutSeconds,
      attempts: entry.attempts ?? 1,
      program: entry.command,
      ...readInputs(entry, at),
    };
    return { former, standing: former && stands(former), wanted, isNamed: true };
  });
  const others = state.commands.filter((command) => !rows.includes(command));
  return [
    ...steps,
    ...others.map((former) => ({ former, standing: stands(former), wanted: stands(former), isNamed: false })),
  ];
}

/** Those meant by `commands group/command`. */
function calledInFull(state: FleetState, called: string | undefined): Command[] {
  if (called === undefined) return [];
  const names = new Map(state.commandsGroups.map(({ id, name }) => [id, name]));
  return state.commands.filter(
    ({ commandsGroupId, name }) => `${names.get(commandsGroupId)}/${name}` === called,
  );
}

function createStandingReader(
  state: FleetState,
  commandsGroups: readonly CommandsGroupStep[],
): (command: Command) => WantedCommand {
  const groupNames = new Map(commandsGroups.map(({ former, wanted }) => [former?.id, wanted?.name ?? '']));
  const keys = new Map(state.variables.map((variable) => [variable.id, variableKey(variable)]));
  const keysOf = (ids: readonly number[]) => ids.flatMap((id) => keys.get(id) ?? []);
  return (command) => ({
    commandsGroup: groupNames.get(command.commandsGroupId) ?? '',
    name: command.name,
    description: command.description,
    position: command.position,
    isActive: command.isActive,
    interpreter: command.interpreter,
    timeoutSeconds: command.timeoutSeconds,
    attempts: command.attempts,
    program: command.program,
    settings: command.settings,
    variables: keysOf(command.variables.map(({ variableId }) => variableId)),
    outputVariables: keysOf(command.outputVariables),
  });
}

/** A command that went to another group without `was` would run everywhere once more. */
function noteNamesake(
  state: FleetState,
  rows: readonly (Command | undefined)[],
  { entry: { name }, at }: { entry: FleetCommand; at: FilePath },
  { notes }: Findings,
): void {
  const namesake = state.commands.find((command) => command.name === name && !rows.includes(command));
  const group = state.commandsGroups.find(({ id }) => id === namesake?.commandsGroupId);
  if (!group) return;
  const sentence = `A command "${name}" stands in the commands group "${group.name}"; if this is the same one, say "was: ${group.name}/${name}" and it does not run again.`;
  notes.push({ at, sentence });
}

function noteInterpreter({ name, interpreter = 'python' }: FleetCommand, at: FilePath, { notes }: Findings) {
  if (runsOnV1(interpreter)) return;
  const sentence = `The command "${name}" is written for ${interpreter}: hosts on the v1 wire are not offered it.`;
  notes.push({ at: [...at, 'interpreter'], sentence });
}
