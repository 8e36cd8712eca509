import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { CommandDefinition, Definitions } from './definitions.ts';
import type { HostsWork } from './hosts-work.ts';
import type { Host } from './ports.ts';

/**
 * What a host is offered now, in order. Of a commands group that stops on failure only the first command is named: the
 * next one follows when that has succeeded.
 */
export function offeredCommands(definitions: Definitions, work: HostsWork, now: number): CommandDefinition[] {
  const closedGroups = new Set<number>();
  return dueCommands(definitions, work, now).filter((command) => {
    if (!command.stopOnFailure) return true;
    if (closedGroups.has(command.commandsGroupId)) return false;
    closedGroups.add(command.commandsGroupId);
    return true;
  });
}

/** The same, with those too that wait for the success of one before them that is offered. */
export function dueCommands(
  definitions: Definitions,
  { pending, holds, full, isSealed }: HostsWork,
  now: number,
): CommandDefinition[] {
  if (definitions.isPaused) return [];
  const due: CommandDefinition[] = [];
  for (const wireNumber of pending) {
    const command = full.includes(wireNumber) ? undefined : definitions.work.get(wireNumber);
    const isMeant = command && isDue(command, now) && (isSealed || runsOnV1(command.interpreter));
    const isHeld =
      command?.stopOnFailure && holds.some((hold) => hold.commandsGroupId === command.commandsGroupId);
    if (isMeant && !isHeld) due.push(command);
  }
  return due.sort((one, other) => one.rank - other.rank);
}

/** Whether the command is switched on and its window is open; both ends of the window are exclusive. */
export function isDue(command: CommandDefinition, now: number): boolean {
  return (
    command.isOffered &&
    (command.afterAt === null || now > command.afterAt) &&
    (command.beforeAt === null || now < command.beforeAt)
  );
}

/** Whether a host can be given what is written for this interpreter. */
export function runsOn({ channelKey }: Pick<Host, 'channelKey'>, interpreter: Interpreter): boolean {
  return channelKey !== null || runsOnV1(interpreter);
}

/** A v1 host runs Python; shell programs reach it wrapped (see shell-wrap), others do not reach it at all. */
export function runsOnV1(interpreter: Interpreter): boolean {
  return interpreter === 'python' || interpreter === 'sh' || interpreter === 'bash';
}
