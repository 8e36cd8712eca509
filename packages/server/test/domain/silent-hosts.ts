import { randomUUID } from 'node:crypto';
import { joinHostsGroup } from '../../src/domain/hosts-group-membership.ts';
import type { Host, HostChange } from '../../src/domain/ports.ts';
import type { OpenDatabase } from '../databases.ts';
import { start } from './small-fleet.ts';

/** Adds hosts that never speak: their keys open nothing. Each is verified and in `All hosts`, unless it is said otherwise. */
export function addHosts(
  database: OpenDatabase,
  ...hosts: readonly (HostChange & { groups?: readonly string[] })[]
): Promise<Host[]> {
  return database.write(async (tables) => {
    const added: Host[] = [];
    for (const { groups = ['All hosts'], ...change } of hosts) {
      const uuid = randomUUID();
      const host = await tables.hosts.add({
        uuid,
        publicPem: 'no key',
        keyFingerprint: uuid,
        registrationTokenId: null,
        registeredAt: start,
        needsApproval: false,
      });
      await tables.hosts.change(host.id, { state: 'verified', verifiedAt: start, ...change });
      for (const name of groups) {
        const group = (await tables.hostsGroups.byName(name)) ?? (await tables.hostsGroups.add(name, true));
        await joinHostsGroup(tables, group.id, host.id);
      }
      const stored = await tables.hosts.byId(host.id);
      if (!stored) throw new Error('A host that was added is not there.');
      added.push(stored);
    }
    await tables.server.bumpEpoch();
    return added;
  });
}
