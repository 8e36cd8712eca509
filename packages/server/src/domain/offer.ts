import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { CommandDefinition, Definitions } from './definitions.ts';

/** What a host's own tables say about what it may be offered. */
export type HostsWork = {
  readonly pending: readonly number[];
  readonly holds: readonly { commandsGroupId: number }[];
};

/**
 * What a v1 host is offered now, in order. Of a commands group that stops on failure only the first command is
 * named: the next one follows when that has succeeded.
 */
export function offeredCommands(definitions: Definitions, work: HostsWork, now: number): CommandDefinition[] {
  if (definitions.isPaused) return [];
  const offered: CommandDefinition[] = [];
  for (const wireNumber of work.pending) {
    const command = definitions.commands.get(wireNumber);
    if (command && isDue(command, now) && runsOnV1(command.interpreter)) offered.push(command);
  }
  offered.sort((one, other) => one.rank - other.rank);
  const closedGroups = new Set(work.holds.map((hold) => hold.commandsGroupId));
  return offered.filter((command) => {
    if (!command.stopOnFailure) return true;
    if (closedGroups.has(command.commandsGroupId)) return false;
    closedGroups.add(command.commandsGroupId);
    return true;
  });
}

/** Whether the command is switched on and its window is open; both ends of the window are exclusive. */
export function isDue(command: CommandDefinition, now: number): boolean {
  return (
    command.isOffered &&
    (command.afterAt === null || now > command.afterAt) &&
    (command.beforeAt === null || now < command.beforeAt)
  );
}

/** A v1 host runs Python; shell programs reach it wrapped (see shell-wrap), others do not reach it at all. */
export function runsOnV1(interpreter: Interpreter): boolean {
  return interpreter === 'python' || interpreter === 'sh' || interpreter === 'bash';
}
