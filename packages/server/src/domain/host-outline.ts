import type { FilterableHost } from '@remotes/protocol/values/host-filter';
import type { HostInBrief } from './ports.ts';

/** What a filter looks at, but for what changes without the host: its groups, and whether it is online. */
export type HostOutline = Omit<FilterableHost, 'groups' | 'presence'>;

export function outlineOf({ id, name, state, isSealed, facts }: HostInBrief): HostOutline {
  const told: Partial<Told> = facts === null ? {} : JSON.parse(facts);
  return {
    id,
    name,
    state,
    protocol: isSealed ? 'sealed' : 'v1',
    hostname: told.hostname ?? null,
    os: told.os ?? null,
    os_release: told.os_release ?? null,
    architecture: told.architecture ?? null,
    client_version: told.client_version ?? null,
  };
}

type Told = Pick<FilterableHost, 'hostname' | 'os' | 'os_release' | 'architecture' | 'client_version'>;
