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

/** Everything that will run where it is pending and can be given, ad-hoc jobs too. */
export function runnableCommands(definitions: Definitions, now: number): CommandDefinition[] {
  return [...definitions.work.values()].filter((command) => willRun(command, now));
}

/**
 * Refuses a change that makes commands run on more hosts than goes without asking, unless exactly so many were agreed
 * to; and on fewer where another number was agreed to.
 */
export function refusalOfRuns(
  definitions: Definitions,
  hosts: number,
  agreedHosts: number | null,
): AdministrationRefusal | undefined {
  if (isAgreed(definitions, hosts, agreedHosts)) return undefined;
  return needsYes(hosts, `Commands will run on ${countText(hosts)}${insteadOf(agreedHosts)}.`);
}

/** The same of a change that makes nothing run and reaches hosts which were not named one by one. */
export function refusalOfNumber(
  definitions: Definitions,
  hosts: number,
  agreedHosts: number | null,
  what: string,
): AdministrationRefusal | undefined {
  if (isAgreed(definitions, hosts, agreedHosts)) return undefined;
  return needsYes(hosts, `${countText(hosts)} ${what}${insteadOf(agreedHosts)}.`);
}

/** A refusal until the number of hosts is agreed to. `what` is the sentence that says what will happen; each door adds how to agree. */
export function needsYes(hosts: number, what: string): AdministrationRefusal {
  return { ...decline('needs_yes', what), hosts };
}

/** Whoever names a number means that one: with another, something else would happen than he thinks. */
function isAgreed(definitions: Definitions, hosts: number, agreedHosts: number | null): boolean {
  if (hosts === 0 || hosts === agreedHosts) return true;
  return agreedHosts === null && hosts <= confirmAbove(definitions);
}

function insteadOf(agreedHosts: number | null): string {
  return agreedHosts === null ? '' : `, and ${agreedHosts} ${agreedHosts === 1 ? 'was' : 'were'} agreed to`;
}

function countText(hosts: number): string {
  return `${hosts} ${hosts === 1 ? 'host' : 'hosts'}`;
}

function confirmAbove(definitions: Definitions): number {
  const written = steeringSetting(definitions, settingName) ?? '';
  return /^\d+$/.test(written) ? Number(written) : usualConfirmAbove;
}
