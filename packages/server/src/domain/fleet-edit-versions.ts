import { rowVersion } from './operators/row-version.ts';
import type { Command, CommandsGroup, HostsGroup, Setting } from './ports.ts';

/** By what an edit says which state of a thing it is about. */
export function hostsGroupVersion({ name, isActive }: HostsGroup): string {
  return rowVersion([name, isActive]);
}

export function commandsGroupVersion(group: CommandsGroup): string {
  const { name, hostsGroupId, position, afterAt, beforeAt, isActive, stopOnFailure } = group;
  return rowVersion([name, hostsGroupId, position, afterAt, beforeAt, isActive, stopOnFailure]);
}

export function commandVersion(command: Command): string {
  const { commandsGroupId, name, description, position, isActive, revision } = command;
  return rowVersion([commandsGroupId, name, description.toWellFormed(), position, isActive, revision]);
}

/** Of a secret by its sealed text. */
export function settingVersion({ name, value, description, isSecret }: Setting): string {
  return rowVersion([name, value.toWellFormed(), description.toWellFormed(), isSecret]);
}
