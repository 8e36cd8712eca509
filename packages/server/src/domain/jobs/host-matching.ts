import {
  type FilterableHost,
  type HostFilter,
  matchesHostFilter,
} from '@remotes/protocol/values/host-filter';
import type { HostOutline } from '../host-outline.ts';
import type { HostPresence } from '../hosts-reading.ts';
import type { HostsGroup, Tables } from '../ports.ts';

/** Whether a filter means a host that is known in outline, and that is online or not. */
export type HostMatcher = (host: HostOutline, presence: HostPresence) => boolean;

/** `groups`: those that whoever asks knows of; a host is in no other one. Reads the members of those that the filter is about. */
export async function createHostMatcher(
  tables: Tables,
  filter: HostFilter,
  groups: readonly HostsGroup[],
): Promise<HostMatcher> {
  const members: { name: string; ids: ReadonlySet<number> }[] = [];
  for (const { id, name } of groups) {
    if (isAbout(filter, name)) members.push({ name, ids: new Set(await tables.hostsGroups.memberIds(id)) });
  }
  return (host, presence) => {
    const own = members.filter(({ ids }) => ids.has(host.id));
    return matchesHostFilter(filter, { ...host, presence, groups: own.map(({ name }) => name) });
  };
}

/** Whether it makes a difference to be in this group. */
function isAbout(filter: HostFilter, group: string): boolean {
  if (filter.kind === 'not') return isAbout(filter.part, group);
  if (filter.kind !== 'is') return filter.parts.some((part) => isAbout(part, group));
  const operator = filter.operator === '!=' ? '=' : filter.operator;
  return (
    filter.field === 'group' && matchesHostFilter({ ...filter, operator }, { ...nobody, groups: [group] })
  );
}

const nobody: FilterableHost = {
  id: 0,
  name: '',
  groups: [],
  state: 'verified',
  presence: 'never',
  protocol: 'v1',
  hostname: null,
  os: null,
  os_release: null,
  architecture: null,
  client_version: null,
};
