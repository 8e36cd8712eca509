import { dateTimeText } from './fleet-date-time.ts';
import {
  type CommandStep,
  type CommandsGroupStep,
  type FleetPlan,
  type HostsGroupStep,
  type SettingStep,
  type VariableStep,
  variableKey,
  type WantedCommand,
} from './fleet-steps.ts';
import type { Host } from './ports.ts';

/** One change in words. Values of secrets are never among them. */
export type FleetChange = {
  readonly action: 'add' | 'change' | 'remove';
  readonly kind: 'hosts_group' | 'setting' | 'variable' | 'commands_group' | 'command';
  readonly name: string;
  readonly details: readonly string[];
};

/** Everything that the plan changes, in the order of the file, removals last. */
export function describeChanges(plan: FleetPlan): FleetChange[] {
  const changes = [
    ...plan.hostsGroups.map((step) => change('hosts_group', step, nameOf(step), hostsGroupDetails(step))),
    ...plan.settings.map((step) => change('setting', step, nameOf(step), settingDetails(step))),
    ...plan.variables.map((step) => change('variable', step, keyOf(step), variableDetails(step))),
    ...plan.commandsGroups.map((step) =>
      change('commands_group', step, nameOf(step), commandsGroupDetails(step)),
    ),
    ...plan.commands.map((step) => change('command', step, commandName(step), commandDetails(step))),
  ].flatMap((found) => found ?? []);
  const isRemoval = ({ action }: FleetChange) => action === 'remove';
  return [...changes.filter((each) => !isRemoval(each)), ...changes.filter(isRemoval)];
}

function change(
  kind: FleetChange['kind'],
  { former, wanted }: { readonly former: unknown; readonly wanted: unknown },
  name: string,
  details: string[],
): FleetChange | undefined {
  if (!wanted) return former ? { action: 'remove', kind, name, details: [] } : undefined;
  if (!former) return { action: 'add', kind, name, details };
  return details.length > 0 ? { action: 'change', kind, name, details } : undefined;
}

type Named = { readonly name: string };

function nameOf({ former, wanted }: { former: Named | undefined; wanted: Named | undefined }): string {
  return wanted?.name ?? former?.name ?? '';
}

function keyOf({ former, wanted }: VariableStep): string {
  const variable = wanted ?? former;
  return variable ? variableKey(variable) : '';
}

function commandName({ standing, wanted }: CommandStep): string {
  const command = wanted ?? standing;
  return command ? `${command.commandsGroup}/${command.name}` : '';
}

function hostsGroupDetails({ former, wanted, joining, leaving }: HostsGroupStep): string[] {
  return [
    ...renamed(former?.name, wanted?.name),
    ...switched(former?.isActive ?? true, wanted?.isActive),
    ...(joining.length > 0 ? [`add ${hostNames(joining)}`] : []),
    ...(leaving.length > 0 ? [`take out ${hostNames(leaving)}`] : []),
  ];
}

function settingDetails({ former, wanted }: SettingStep): string[] {
  if (!wanted) return [];
  const details = [];
  const isHidden = wanted.isSecret || former?.isSecret === true;
  if (former?.value !== wanted.value) {
    if (isHidden) details.push(former ? 'another value (secret)' : '(secret)');
    else details.push(former ? arrow(former.value, wanted.value) : quoted(wanted.value));
  }
  if (former && former.isSecret !== wanted.isSecret) {
    details.push(wanted.isSecret ? 'becomes a secret' : 'is no secret any more');
  }
  if (former && former.description !== wanted.description) details.push('description');
  return details;
}

function variableDetails({ values }: VariableStep): string[] {
  return values.map(({ host, former, wanted }) => {
    const value = former === undefined ? quoted(wanted) : arrow(former, wanted);
    return `for host "${host.name}": ${value}`;
  });
}

function commandsGroupDetails({ former, standing, wanted }: CommandsGroupStep): string[] {
  if (!wanted) return [];
  const moment = (at: number | null) => (at === null ? 'none' : dateTimeText(at));
  const details = [
    ...renamed(former?.name, wanted.name),
    ...switched(standing?.isActive ?? true, wanted.isActive),
  ];
  if (standing?.hostsGroup !== wanted.hostsGroup) details.push(`for hosts group "${wanted.hostsGroup}"`);
  if (standing && standing.position !== wanted.position) {
    details.push(`order ${standing.position} → ${wanted.position}`);
  }
  for (const [key, word] of [
    ['afterAt', 'after'],
    ['beforeAt', 'before'],
  ] as const) {
    const was = standing?.[key] ?? null;
    if (was === wanted[key]) continue;
    details.push(
      standing ? `${word} ${moment(was)} → ${moment(wanted[key])}` : `${word} ${moment(wanted[key])}`,
    );
  }
  if ((standing?.stopOnFailure ?? false) !== wanted.stopOnFailure) {
    details.push(wanted.stopOnFailure ? 'stops on failure' : 'does not stop on failure');
  }
  return details;
}

function commandDetails({ former, standing, wanted }: CommandStep): string[] {
  if (!wanted) return [];
  if (!standing) return switched(true, wanted.isActive);
  const details = [...renamed(former?.name, wanted.name), ...switched(standing.isActive, wanted.isActive)];
  if (standing.commandsGroup !== wanted.commandsGroup) {
    details.push(`from commands group "${standing.commandsGroup}"`);
  }
  if (standing.position !== wanted.position) details.push(`order ${standing.position} → ${wanted.position}`);
  if (standing.description !== wanted.description) details.push('description');
  const revised = revisionDetails(standing, wanted);
  if (revised.length > 0) details.push(...revised, 'does not run again where it ran');
  return details;
}

/** What makes a new revision of a command. */
export function revisionDetails(standing: WantedCommand, wanted: WantedCommand): string[] {
  const details = [];
  if (standing.program !== wanted.program) details.push('program');
  for (const [key, word] of [
    ['interpreter', 'interpreter'],
    ['timeoutSeconds', 'time-out in seconds'],
    ['attempts', 'attempts'],
  ] as const) {
    if (standing[key] !== wanted[key]) details.push(`${word} ${standing[key]} → ${wanted[key]}`);
  }
  for (const [key, word] of [
    ['settings', 'settings'],
    ['variables', 'variables'],
    ['outputVariables', 'output variables'],
  ] as const) {
    if (JSON.stringify(standing[key]) !== JSON.stringify(wanted[key])) details.push(word);
  }
  return details;
}

function renamed(former: string | undefined, wanted: string | undefined): string[] {
  return former === undefined || wanted === undefined || former === wanted ? [] : [`was "${former}"`];
}

function switched(former: boolean, wanted: boolean | undefined): string[] {
  if (wanted === undefined || former === wanted) return [];
  return [wanted ? 'active' : 'not active'];
}

const mostHostsNamed = 10;

function hostNames(hosts: readonly Host[]): string {
  const names = hosts.slice(0, mostHostsNamed).map(({ name }) => name);
  const more = hosts.length - names.length;
  return `${hosts.length === 1 ? 'host' : 'hosts'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function arrow(former: string, wanted: string): string {
  return `${quoted(former)} → ${quoted(wanted)}`;
}

const longestQuoted = 60;

function quoted(value: string): string {
  const characters = [...value];
  if (characters.length <= longestQuoted) return JSON.stringify(value);
  return `${JSON.stringify(characters.slice(0, longestQuoted).join(''))}…`;
}
