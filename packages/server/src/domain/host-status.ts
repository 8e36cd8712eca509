import type { HostStatusAnswer } from '@remotes/protocol/requests/host-status';
import { version } from '@remotes/protocol/version';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { usualAppName } from './status.ts';
import { steeringSetting } from './steering-settings.ts';

/** Says who the server takes this host for. */
export async function describeHost(mind: Mind, host: KnownHost): Promise<HostStatusAnswer> {
  const definitions = await mind.definitions.current();
  return {
    status: 'OK',
    app_name: steeringSetting(definitions, 'app_name') ?? usualAppName,
    version,
    id: host.id,
    // v1 has a second account for each host; here the host is its own.
    user_id: host.id,
    user_name: host.name,
    hosts_groups: host.hostsGroups.map(({ id, name }) => ({ id, name })),
  };
}
