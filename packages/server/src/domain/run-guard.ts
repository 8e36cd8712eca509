import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import type { CommandDefinition, Definitions } from './definitions.ts';
import { steeringSetting } from './steering-settings.ts';

const settingName = 'confirm_above_hosts';
const usualConfirmAbove = 10;

/** Whether a host that has this command pending and can be given it (`runsOn`) will run it, now or when its window opens. */
export function willRun(command: Pick<CommandDefinition, 'isOffered' | 'beforeAt'>, now: number): boolean {
  const isOver = command.beforeAt !== null && now >= command.beforeAt;
  return command.isOffered && !isOver;
}

/** Everything that will run where it is pending and can be given. */
export function runnableCommands(definitions: Definitions, now: number): CommandDefinition[] {
  return [...definitions.commands.values()].filter((command) => willRun(command, now));
}

/** Refuses a change that makes commands run on more hosts than goes without asking, unless exactly so many were agreed to. */
export function refusalOfRuns(
  definitions: Definitions,
  hosts: number,
  agreedHosts: number | null,
): AdministrationRefusal | undefined {
  if (hosts <= confirmAbove(definitions) || hosts === agreedHosts) return undefined;
  return needsYes(hosts, `Commands will run on ${hosts} ${hosts === 1 ? 'host' : 'hosts'}.`);
}

/** A refusal until the number of hosts is agreed to. `what` is the sentence that says what will happen. */
export function needsYes(hosts: number, what: string): AdministrationRefusal {
  return { ...decline('needs_yes', `${what} To go ahead, say --yes ${hosts}.`), hosts };
}

function confirmAbove(definitions: Definitions): number {
  const written = steeringSetting(definitions, settingName) ?? '';
  return /^\d+$/.test(written) ? Number(written) : usualConfirmAbove;
}
