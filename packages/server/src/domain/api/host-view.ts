import type { HostView } from '@remotes/protocol/operators/hosts';
import { clientVersionOf, presenceOf } from '../hosts-reading.ts';
import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import { reaches } from '../operators/rights.ts';
import type { Host, HostsGroup } from '../ports.ts';
import { maybeMomentText, momentText } from './moment-text.ts';

type Scope = Pick<Actor, 'hostsGroupIds'>;

/** These hosts as an actor sees them: groups outside his rights are not among theirs. */
export async function viewHosts(
  { storage: { tables }, presence, clock }: Pick<Mind, 'storage' | 'presence' | 'clock'>,
  scope: Scope,
  hosts: readonly Host[],
): Promise<HostView[]> {
  const now = clock();
  const groups = new Map<number, HostsGroup>();
  for (const group of await tables.hostsGroups.list()) {
    if (reaches(scope, [group.id])) groups.set(group.id, group);
  }
  const groupsOf = Map.groupBy(
    await tables.hostsGroups.ofHosts(hosts.map(({ id }) => id)),
    ({ hostId }) => hostId,
  );
  return hosts.map((host) => {
    const own = (groupsOf.get(host.id) ?? []).flatMap(({ hostsGroupId }) => groups.get(hostsGroupId) ?? []);
    return viewOf(presence.upToDate(host), own, now);
  });
}

function viewOf(host: Host, groups: readonly HostsGroup[], now: number): HostView {
  return {
    id: host.id,
    uuid: host.uuid,
    name: host.name,
    state: host.state,
    presence: presenceOf(host, now),
    hosts_groups: groups.map(({ id, name }) => ({ id, name })),
    protocol: host.channelKey === null ? 'v1' : 'sealed',
    registered_at: momentText(host.registeredAt),
    verified_at: maybeMomentText(host.verifiedAt),
    last_seen_at: maybeMomentText(host.lastSeenAt),
    usual_interval_seconds: host.usualIntervalMs === null ? null : host.usualIntervalMs / 1000,
    last_address: host.lastAddress,
    client_agent: host.clientAgent,
    client_version: clientVersionOf(host),
    facts: host.facts === null ? null : JSON.parse(host.facts),
  };
}
