import { readUuid } from '@remotes/protocol/values/uuid';
import { readId } from './host-finding.ts';
import type { Host } from './ports.ts';

/** Finds a host among these by name, id or uuid, as `findHosts` does in the tables. */
export function createHostFinder(hosts: readonly Host[]): (reference: string) => Host | undefined {
  const byName = new Map(hosts.map((host) => [host.name, host]));
  const byId = new Map(hosts.map((host) => [host.id, host]));
  const byUuid = new Map(hosts.map((host) => [host.uuid, host]));
  return (reference) => {
    const named = byName.get(reference);
    if (named) return named;
    const uuid = readUuid(reference);
    if (uuid !== undefined) return byUuid.get(uuid);
    const id = readId(reference);
    return id === undefined ? undefined : byId.get(id);
  };
}
