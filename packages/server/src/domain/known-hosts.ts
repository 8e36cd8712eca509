import type { KeyObject } from 'node:crypto';
import { type FernetKey, fernetKeyOfUuid } from '@remotes/protocol/crypto/fernet';
import { readRsaPublicKey } from '@remotes/protocol/crypto/rsa';
import type { Host, HostsGroup } from './ports.ts';

/** A host as the doors know it, with its keys ready for use: parsing them costs more than using them. */
export type KnownHost = Pick<Host, 'id' | 'uuid' | 'name' | 'state'> & {
  readonly publicKey: KeyObject;
  readonly uuidKey: FernetKey;
  readonly hostsGroups: readonly HostsGroup[];
};

/** Hosts by the hash of their token, as long as nothing has changed; a bounded memory, oldest forgotten first. */
export type KnownHosts = {
  find(tokenHash: string, epoch: number): KnownHost | undefined;
  keep(tokenHash: string, epoch: number, host: Host, hostsGroups: readonly HostsGroup[]): KnownHost;
};

export function createKnownHosts(capacity = 50_000): KnownHosts {
  const hosts = new Map<string, KnownHost>();
  let seenEpoch = -1;
  const forgetWhenChanged = (epoch: number) => {
    if (epoch === seenEpoch) return;
    hosts.clear();
    seenEpoch = epoch;
  };
  return Object.freeze({
    find(tokenHash: string, epoch: number) {
      forgetWhenChanged(epoch);
      return hosts.get(tokenHash);
    },
    keep(tokenHash: string, epoch: number, host: Host, hostsGroups: readonly HostsGroup[]) {
      forgetWhenChanged(epoch);
      const known = knowHost(host, hostsGroups);
      const oldest = hosts.keys().next();
      if (hosts.size >= capacity && !oldest.done) hosts.delete(oldest.value);
      hosts.set(tokenHash, known);
      return known;
    },
  });
}

function knowHost(host: Host, hostsGroups: readonly HostsGroup[]): KnownHost {
  const publicKey = readRsaPublicKey(host.publicPem);
  if (!publicKey) throw new Error(`The stored public key of host ${host.id} cannot be read.`);
  return Object.freeze({
    id: host.id,
    uuid: host.uuid,
    name: host.name,
    state: host.state,
    publicKey,
    uuidKey: fernetKeyOfUuid(host.uuid),
    hostsGroups,
  });
}
