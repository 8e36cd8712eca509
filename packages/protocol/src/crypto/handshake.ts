import {
  createHash,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { openAead, sealAead } from './aead.ts';
import { derive } from './derive.ts';
import { rawPublicKey } from './raw-public-key.ts';

/**
 * SIGMA-I (Krawczyk, CRYPTO 2003), the pattern that TLS 1.3 (RFC 8446) and EDHOC (RFC 9528) are made after: ephemeral
 * X25519 (RFC 7748), keys by HKDF-SHA-256 (RFC 5869) from the shared secret and the hash of everything said, AES-256-GCM
 * (RFC 5116). The server's proof travels under the handshake key; the host's, where there is one, in the first message
 * of the session. Each signs the transcript, and each is bound to the keys by the seal around it.
 */

/** What opens a handshake: the versions that the client speaks, its ephemeral key and 32 random bytes. */
export type HandshakeOffer = {
  readonly versions: readonly number[];
  /** X25519, 32 bytes. */
  readonly ephemeral: Buffer;
  readonly nonce: Buffer;
};

export type HandshakeReply = {
  readonly version: number;
  readonly ephemeral: Buffer;
  readonly nonce: Buffer;
};

/** Keys and hashes that both ends hold once both ephemeral keys are known. */
export type Agreement = {
  /** What the server signs to prove who it is: SHA-256 of offer and reply. */
  readonly transcript: Buffer;
  /** Seals the server's proof. The transcript is bound to it. */
  readonly sealProof: (proof: Buffer) => Buffer;
  /** Undefined when it was not sealed by the other end of this handshake. */
  readonly openProof: (sealed: Uint8Array) => Buffer | undefined;
  /** The session that begins once the proof was sent or found good. */
  readonly session: (sealedProof: Uint8Array) => SessionSecret;
};

export type SessionSecret = {
  /** What the host signs to prove who it is: SHA-256 of everything up to the server's proof. */
  readonly transcript: Buffer;
  /** 32 bytes, from which the session's keys come. */
  readonly secret: Buffer;
};

/** The client's half. `agree` is undefined when the reply's key is none that anything could be agreed on with. */
export function offerHandshake(versions: readonly number[]): {
  readonly offer: HandshakeOffer;
  readonly agree: (reply: HandshakeReply) => Agreement | undefined;
} {
  const pair = generateKeyPairSync('x25519');
  const offer = { versions, ephemeral: rawPublic(pair.publicKey), nonce: randomBytes(nonceBytes) };
  return { offer, agree: (reply) => agreement(pair.privateKey, reply.ephemeral, offer, reply) };
}

/** The server's half. Undefined when the offer's key is none that anything could be agreed on with. */
export function answerHandshake(
  offer: HandshakeOffer,
  version: number,
): { readonly reply: HandshakeReply; readonly agreement: Agreement } | undefined {
  const pair = generateKeyPairSync('x25519');
  const reply = { version, ephemeral: rawPublic(pair.publicKey), nonce: randomBytes(nonceBytes) };
  const agreed = agreement(pair.privateKey, offer.ephemeral, offer, reply);
  return agreed && { reply, agreement: agreed };
}

function agreement(
  own: KeyObject,
  other: Buffer,
  offer: HandshakeOffer,
  reply: HandshakeReply,
): Agreement | undefined {
  const shared = sharedSecret(own, other);
  if (shared === undefined) return undefined;
  const transcript = sha256(
    // Every part has a fixed length or is preceded by its own, so that no two conversations look alike.
    Buffer.from(`${protocolName}\n`),
    Buffer.from([offer.versions.length, ...offer.versions]),
    offer.ephemeral,
    offer.nonce,
    Buffer.from([reply.version]),
    reply.ephemeral,
    reply.nonce,
  );
  const proofKey = createSecretKey(expand(shared, transcript, 'server proof'));
  return {
    transcript,
    sealProof: (proof) => sealAead(proofKey, proof, transcript),
    openProof: (sealed) => openAead(proofKey, sealed, transcript),
    session(sealedProof) {
      const whole = sha256(transcript, sealedProof);
      return { transcript: whole, secret: expand(shared, whole, 'session') };
    },
  };
}

/** Undefined for keys of low order, with which everybody agrees on the same secret (RFC 7748 section 6.1). */
function sharedSecret(own: KeyObject, other: Buffer): Buffer | undefined {
  try {
    const shared = diffieHellman({ privateKey: own, publicKey: rawPublicKey('X25519', other) });
    return shared.every((byte) => byte === 0) ? undefined : shared;
  } catch {
    return undefined;
  }
}

function expand(shared: Buffer, transcript: Buffer, purpose: string): Buffer {
  return derive(shared, transcript, `${protocolName} ${purpose}`);
}

function rawPublic(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x as string, 'base64url');
}

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const protocolName = 'remotes handshake v1';
const nonceBytes = 32;
