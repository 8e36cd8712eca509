import type { HostFilter } from '@remotes/protocol/values/host-filter';
import { type AdministrationRefusal, decline } from '../administration-refusal.ts';
import type { HostsGroup, Scope, Tables } from '../ports.ts';

/**
 * Why a filter is not taken that names a host or a group which is not there, if so: where it is to leave them out, a
 * mistyped name would mean all. `groups`: those that whoever asks knows of.
 */
export async function refusalOfFilterNames(
  tables: Tables,
  filter: HostFilter,
  groups: readonly HostsGroup[],
  scope: Scope,
): Promise<AdministrationRefusal | undefined> {
  const known = new Set(groups.map(({ name }) => name));
  return (
    refusalOfUnknown('hosts group', namesOf(filter, 'group'), known) ??
    refusalOfUnknown(
      'host',
      namesOf(filter, 'name'),
      await hostsCalled(tables, namesOf(filter, 'name'), scope),
    )
  );
}

function namesOf(filter: HostFilter, field: 'group' | 'name'): string[] {
  if (filter.kind === 'not') return namesOf(filter.part, field);
  if (filter.kind !== 'is') return filter.parts.flatMap((part) => namesOf(part, field));
  return filter.field === field && filter.operator !== '~' ? [filter.value] : [];
}

async function hostsCalled(
  tables: Tables,
  names: readonly string[],
  scope: Scope,
): Promise<ReadonlySet<string>> {
  const ids: number[] = [];
  for (const name of names) {
    const host = await tables.hosts.byName(name);
    if (host) ids.push(host.id);
  }
  const hosts = ids.length === 0 ? [] : await tables.hosts.inBrief({ ids, scope });
  return new Set(hosts.map(({ name }) => name));
}

function refusalOfUnknown(
  noun: 'host' | 'hosts group',
  names: readonly string[],
  known: ReadonlySet<string>,
): AdministrationRefusal | undefined {
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return undefined;
  const code = noun === 'host' ? 'unknown_host' : 'unknown_hosts_group';
  return decline(code, `There is no ${noun} "${unknown}", which the filter names.`);
}
