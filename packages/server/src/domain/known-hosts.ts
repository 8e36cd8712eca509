import type { KeyObject } from 'node:crypto';
import { type FernetKey, fernetKeyOfUuid } from '@remotes/protocol/crypto/fernet';
import { readRsaPublicKey } from '@remotes/protocol/crypto/rsa';
import { readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import type { Host, HostsGroup } from './ports.ts';

/** A host as the doors know it, with its keys ready for use: parsing them costs more than using them. */
export type KnownHost = Pick<
  Host,
  'id' | 'uuid' | 'name' | 'state' | 'keyFingerprint' | 'channelKey' | 'sessionsFrom'
> & {
  /** What it signs its results with; undefined as long as it has enrolled none. */
  readonly channelPublicKey: KeyObject | undefined;
  readonly publicKey: KeyObject;
  readonly uuidKey: FernetKey;
  readonly hostsGroups: readonly HostsGroup[];
};

/** By what a host is looked up: the hash of its token, or its id. */
type HostKey = string | number;

/** Hosts as they asked, as long as nothing has changed; a bounded memory, oldest forgotten first. */
export type KnownHosts = {
  find(key: HostKey, epoch: number): KnownHost | undefined;
  keep(key: HostKey, epoch: number, host: Host, hostsGroups: readonly HostsGroup[]): KnownHost;
};

export function createKnownHosts(capacity = 50_000): KnownHosts {
  const hosts = new Map<HostKey, KnownHost>();
  let seenEpoch = -1;
  const forgetWhenChanged = (epoch: number) => {
    if (epoch === seenEpoch) return;
    hosts.clear();
    seenEpoch = epoch;
  };
  return Object.freeze({
    find(key: HostKey, epoch: number) {
      forgetWhenChanged(epoch);
      return hosts.get(key);
    },
    keep(key: HostKey, epoch: number, host: Host, hostsGroups: readonly HostsGroup[]) {
      forgetWhenChanged(epoch);
      const known = knowHost(host, hostsGroups);
      const oldest = hosts.keys().next();
      if (hosts.size >= capacity && !oldest.done) hosts.delete(oldest.value);
      hosts.set(key, known);
      return known;
    },
  });
}

function knowHost(host: Host, hostsGroups: readonly HostsGroup[]): KnownHost {
  const { id, uuid, name, state, keyFingerprint, channelKey, sessionsFrom } = host;
  let publicKey: KeyObject | undefined;
  let uuidKey: FernetKey | undefined;
  return Object.freeze({
    id,
    uuid,
    name,
    state,
    keyFingerprint,
    channelKey,
    sessionsFrom,
    channelPublicKey: channelKey === null ? undefined : readSigningPublicKey(channelKey),
    // Those of v1 are parsed when they are used: a host of the sealed protocol seldom uses them.
    get publicKey() {
      publicKey ??= readStoredKey(host);
      return publicKey;
    },
    get uuidKey() {
      uuidKey ??= fernetKeyOfUuid(uuid);
      return uuidKey;
    },
    hostsGroups,
  });
}

function readStoredKey({ id, publicPem }: Host): KeyObject {
  const key = readRsaPublicKey(publicPem);
  if (!key) throw new Error(`The stored public key of host ${id} cannot be read.`);
  return key;
}
