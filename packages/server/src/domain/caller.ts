import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import type { Host, Tables } from './ports.ts';
import { knownTokenHash } from './registration-token.ts';

/** Who asks, by the token they carry. */
export type Caller =
  | { readonly kind: 'host'; readonly host: KnownHost }
  | { readonly kind: 'registration'; readonly secretHash: string };

/** Why a caller is refused, and whose token it was where that is to be put on record. */
export type CallerRefusal = Refusal & { readonly hostName?: string };

/** Tells by its token who asks; refuses unknown tokens, and hosts that may not ask. */
export async function identifyCaller(mind: Mind, token: string): Promise<Caller | CallerRefusal> {
  const tokenHash = sha256Hex(token);
  const { epoch } = await mind.definitions.current();
  const known = mind.knownHosts.find(tokenHash, epoch);
  if (known) return { kind: 'host', host: known };
  const { tables } = mind.storage;
  const host = await tables.hosts.byTokenHash(tokenHash);
  if (host) {
    const refusal = refusalOfV1Caller(host);
    if (refusal) return { ...refusal, hostName: host.name };
    await mind.storage.decide('useHostToken', { tokenHash, now: mind.clock() });
    const groups = await tables.hostsGroups.ofHost(host.id);
    return { kind: 'host', host: mind.knownHosts.keep(tokenHash, epoch, host, groups) };
  }
  const secretHash = await knownTokenHash(mind, token);
  return secretHash === undefined ? refuse('invalid_token') : { kind: 'registration', secretHash };
}

/** Why this host may not ask for anything, if so. */
export function refusalOfHost(host: Pick<Host, 'state'>): Refusal | undefined {
  if (host.state === 'verified') return undefined;
  if (host.state === 'disabled') return refuse('host_disabled');
  return refuse(host.state === 'pending' ? 'host_not_approved' : 'permission_denied');
}

/** The same on v1, where a disabled host hears what it always heard. */
export function refusalOfV1Caller(host: Pick<Host, 'state' | 'channelKey'>): Refusal | undefined {
  if (host.state === 'disabled') return refuse('permission_denied');
  return refusalOfHost(host) ?? refusalOnV1(host);
}

/** Once a host has proved its channel key, whoever holds no more than its token gets nothing. */
export function refusalOnV1({ channelKey }: Pick<Host, 'channelKey'>): Refusal | undefined {
  return channelKey === null ? undefined : refuse('v1_closed');
}

/**
 * A token that is used for the first time takes over from every other token of its host. Until then the former one
 * works, so that a host whose answer got lost is not locked out.
 */
export async function takeTokenIntoUse(
  tables: Tables,
  { tokenHash, now }: { tokenHash: string; now: number },
): Promise<void> {
  const token = await tables.hostTokens.byHash(tokenHash);
  if (!token || token.usedAt !== null) return;
  if (await tables.hostTokens.takeOver(token, now)) await tables.server.bumpEpoch();
}
