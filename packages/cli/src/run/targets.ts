import type { JobTargets } from '@remotes/protocol/operators/job-request';
import type { Given, Options } from '../command.ts';
import { readText, readTexts } from '../given.ts';
import { usageTrouble } from '../trouble.ts';

/** How hosts are named, in every command that takes many. */
export const targetOptions = {
  group: { type: 'string', short: 'g', multiple: true, stands: 'GROUP' },
  host: { type: 'string', short: 'H', multiple: true, stands: 'HOST' },
  where: { type: 'string', short: 'w' },
} as const satisfies Options;

/** The hosts that are meant; undefined when nothing says so. */
export function readTargets(given: Given): JobTargets | undefined {
  const groups = readTexts(given, 'group');
  const hosts = readTexts(given, 'host');
  const where = readText(given, 'where');
  if (groups.length === 0 && hosts.length === 0 && where === undefined) return undefined;
  return {
    ...(hosts.length > 0 && { hosts: [...hosts] }),
    ...(groups.length > 0 && { hosts_groups: [...groups] }),
    ...(where !== undefined && { where }),
  };
}

export function requireTargets(given: Given): JobTargets {
  const targets = readTargets(given);
  if (!targets)
    throw usageTrouble(
      'Say which hosts are meant: -g GROUP, -H HOST or -w FILTER (-g "All hosts" for all of them).',
    );
  return targets;
}

/** The same as it was asked for, in words. */
export function askedText({ hosts, hosts_groups: groups, where }: JobTargets): string {
  const parts = [
    ...(groups ? [`groups ${groups.join(', ')}`] : []),
    ...(hosts ? [`hosts ${hosts.join(', ')}`] : []),
    ...(where === undefined ? [] : [`where ${where}`]),
  ];
  return parts.join('; ');
}
