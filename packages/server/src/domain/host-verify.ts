import { readBase64Lenient } from '@remotes/protocol/crypto/base64';
import { randomHexToken, sha256Hex } from '@remotes/protocol/crypto/digest';
import { encryptOaep, readRsaPublicKey, verifyPss } from '@remotes/protocol/crypto/rsa';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { HostVerifyAnswer } from '@remotes/protocol/requests/host-verify';
import { readUuid } from '@remotes/protocol/values/uuid';
import { refusalOnV1 } from './caller.ts';
import { currentDefinitions } from './definitions.ts';
import { type KeyToEnrol, refusalOfEnrolment } from './enrolment-proof.ts';
import { hasFreeUse, type RegistrationAsker } from './host-register.ts';
import { joinHostsGroup } from './hosts-group-membership.ts';
import type { Mind } from './mind.ts';
import type { Host, RegistrationToken, Tables } from './ports.ts';
import { placeKeptMs, refusalOfToken } from './registration-token.ts';
import { steeringSetting } from './steering-settings.ts';

/** The text that a host signs to prove that it holds its key (v1 has no nonce). */
const signedText = 'OK';
export const usualHostsGroup = 'All hosts';

/** The host proves that it holds its private key, and gets a token. */
export async function verifyHost(
  mind: Mind,
  asker: RegistrationAsker,
  fields: Readonly<Record<string, unknown>>,
): Promise<HostVerifyAnswer | Refusal> {
  const { uuid: givenUuid, encrypted: signature } = fields;
  if (givenUuid === undefined || givenUuid === null || givenUuid === '') return refuse('missing_uuid');
  if (signature === undefined || signature === null || signature === '') return refuse('missing_encrypted');
  const uuid = typeof givenUuid === 'string' ? readUuid(givenUuid) : undefined;
  const host = uuid === undefined ? undefined : await mind.storage.tables.hosts.byUuid(uuid);
  const publicKey = host && readRsaPublicKey(host.publicPem);
  if (!host || !publicKey) return refuse('host_not_found');
  if (typeof signature !== 'string' || !verifyPss(publicKey, signedText, signature)) {
    return refuse('invalid_signature');
  }
  const token = randomHexToken();
  const verified = await mind.storage.decide('verifyHost', {
    secretHash: asker.secretHash,
    hostId: host.id,
    // The signature's bytes, not its text: the same ones can be spelt in many ways.
    signatureHash: sha256Hex(readBase64Lenient(signature) ?? ''),
    tokenHash: sha256Hex(token),
    key: null,
    now: mind.clock(),
  });
  if (isRefusal(verified)) return verified;
  return { status: 'OK', encrypted: encryptOaep(publicKey, token) };
}

export type Verification = {
  secretHash: string;
  hostId: number;
  /** To be used once; null for a proof that is worth nothing elsewhere. */
  signatureHash: string | null;
  tokenHash: string;
  /** The channel key that the host enrols at once; null on v1. */
  key: KeyToEnrol | null;
  now: number;
};

/** Decides whether a host that holds its key is let in, and into which groups. */
export async function decideVerification(
  tables: Tables,
  { secretHash, hostId, signatureHash, tokenHash, key, now }: Verification,
): Promise<{ state: 'verified' | 'pending' } | Refusal> {
  const host = await tables.hosts.byId(hostId);
  if (!host) return refuse('host_not_found');
  if (host.state === 'disabled') return refuse('host_disabled');
  const token = await tables.registrationTokens.bySecretHash(secretHash);
  const refusal = await refusalOfEntry(tables, host, token, now);
  if (refusal || !token) return refusal ?? refuse('invalid_token');
  const closed = key === null ? refusalOnV1(host) : refusalOfEnrolment(host, key, now);
  if (closed) return closed;
  if (signatureHash !== null && !(await tables.hosts.addSignature(hostId, signatureHash))) {
    return refuse('signature_replayed');
  }
  if (key !== null && host.channelKey === null) await enrol(tables, host, key.channelKey, now);
  const state = host.state === 'registered' ? await admit(tables, host, token, now) : host.state;
  await tables.hostTokens.add(hostId, tokenHash, now);
  return { state };
}

/** A host that is verified already may be known to v1, which is closed to it from now on. */
async function enrol(tables: Tables, host: Host, channelKey: string, now: number): Promise<void> {
  await tables.hosts.change(host.id, { channelKey, channelKeyEnrolledAt: now });
  if (host.state === 'verified') await tables.server.bumpEpoch();
}

/** A host that registered in time is let in, whatever became of the token since. */
async function refusalOfEntry(
  tables: Tables,
  host: Host,
  token: RegistrationToken | undefined,
  now: number,
): Promise<Refusal | undefined> {
  if (!token) return refuse('invalid_token');
  const keepsPlace = host.registrationTokenId === token.id && host.registeredAt > now - placeKeptMs;
  if (host.state === 'registered' && keepsPlace && token.revokedAt === null) return undefined;
  const refusal = refusalOfToken(token, now);
  if (refusal) return refusal;
  if (host.state === 'registered' && !(await hasFreeUse(tables, token, now))) return refuse('token_used_up');
  return undefined;
}

async function admit(
  tables: Tables,
  host: Host,
  token: RegistrationToken,
  now: number,
): Promise<'verified' | 'pending'> {
  const needsApproval = host.needsApproval || token.mustApprove;
  const state = needsApproval ? 'pending' : 'verified';
  await tables.hosts.change(host.id, {
    state,
    needsApproval,
    registrationTokenId: token.id,
    verifiedAt: now,
  });
  await tables.registrationTokens.countVerified(token.id);
  const definitions = await currentDefinitions(tables);
  const autoAdd = steeringSetting(definitions, 'hosts_group_auto_add') ?? usualHostsGroup;
  const group = (await tables.hostsGroups.byName(autoAdd)) ?? (await tables.hostsGroups.add(autoAdd, true));
  for (const groupId of new Set([group.id, ...(await tables.registrationTokens.hostsGroupIds(token.id))])) {
    await joinHostsGroup(tables, groupId, host.id);
  }
  return state;
}
