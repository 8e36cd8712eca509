import { randomUUID } from 'node:crypto';
import { encryptOaep, publicPem, readRsaPublicKey, rsaFingerprint } from '@remotes/protocol/crypto/rsa';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { HostRegisterAnswer } from '@remotes/protocol/requests/host-register';
import { refusalOnV1 } from './caller.ts';
import type { Mind } from './mind.ts';
import type { RegistrationToken, Tables } from './ports.ts';
import { placeKeptMs, refusalOfToken } from './registration-token.ts';

/** Who asks to register or to verify: the token by its hash, and whether by the sealed protocol. */
export type RegistrationAsker = { readonly secretHash: string; readonly isSealed?: boolean };

/**
 * Makes a host known, not yet verified. The same key registers as the same host. Whatever can refuse a newcomer
 * refuses here, because a v1 client does not survive a refusal at verify.
 */
export async function registerHost(
  mind: Mind,
  asker: RegistrationAsker,
  fields: Readonly<Record<string, unknown>>,
): Promise<HostRegisterAnswer | Refusal> {
  const pem = fields.public_key;
  if (pem === undefined || pem === null || pem === '') return refuse('missing_public_key');
  const publicKey = typeof pem === 'string' ? readRsaPublicKey(pem) : undefined;
  if (!publicKey) return refuse('invalid_public_key');
  const registered = await mind.storage.decide('registerHost', {
    secretHash: asker.secretHash,
    publicPem: publicPem(publicKey),
    keyFingerprint: rsaFingerprint(publicKey),
    uuid: randomUUID(),
    isSealed: asker.isSealed === true,
    now: mind.clock(),
  });
  if (isRefusal(registered)) return registered;
  return { status: 'OK', encrypted: encryptOaep(publicKey, registered.uuid) };
}

export type Registration = {
  secretHash: string;
  publicPem: string;
  keyFingerprint: string;
  /** The uuid that the host gets if it is new. */
  uuid: string;
  isSealed: boolean;
  now: number;
};

/** Decides who the holder of this key is. */
export async function decideRegistration(
  tables: Tables,
  { secretHash, publicPem, keyFingerprint, uuid, isSealed, now }: Registration,
): Promise<{ uuid: string } | Refusal> {
  const token = await tables.registrationTokens.bySecretHash(secretHash);
  const refusal = refusalOfToken(token, now);
  if (refusal || !token) return refusal ?? refuse('invalid_token');
  const known = await tables.hosts.byKeyFingerprint(keyFingerprint);
  if (known?.state === 'disabled') return refuse('host_disabled');
  // At verify a v1 client would not survive it.
  const closed = known && !isSealed ? refusalOnV1(known) : undefined;
  if (closed) return closed;
  if (known && known.state !== 'registered') return { uuid: known.uuid };
  const hasPlace = known?.registrationTokenId === token.id && known.registeredAt > now - placeKeptMs;
  if (!hasPlace && !(await hasFreeUse(tables, token, now))) return refuse('token_used_up');
  if (known) {
    await tables.hosts.change(known.id, { registrationTokenId: token.id, registeredAt: now });
    return { uuid: known.uuid };
  }
  await tables.hosts.add({
    uuid,
    publicPem,
    keyFingerprint,
    registrationTokenId: token.id,
    registeredAt: now,
    needsApproval: token.mustApprove,
  });
  return { uuid };
}

/** Whether the token has a use that no host has taken and none that registered lately is about to take. */
export async function hasFreeUse(tables: Tables, token: RegistrationToken, now: number): Promise<boolean> {
  if (token.uses === null) return true;
  const waiting = await tables.hosts.countRegistered(token.id, now - placeKeptMs);
  return token.verifiedCount + waiting < token.uses;
}
