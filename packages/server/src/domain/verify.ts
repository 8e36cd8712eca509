import { randomHexToken, sha256Hex } from '@remotes/protocol/crypto/digest';
import { encryptOaep, readRsaPublicKey } from '@remotes/protocol/crypto/rsa';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { Verified, Verify } from '@remotes/protocol/messages/verify';
import { checkEnrolment } from './enrolment-proof.ts';
import type { Mind } from './mind.ts';
import type { Host } from './ports.ts';
import type { RegistrationGate } from './registration-gate.ts';
import { knownTokenHash } from './registration-token.ts';
import type { SessionTicket } from './session-ticket.ts';

/** The host proves its RSA key and enrols its channel key, at once. Failures count as those of `host_verify` do. */
export async function verifyBySeal(
  mind: Mind,
  gate: RegistrationGate,
  session: SessionTicket,
  message: Verify,
): Promise<Verified | Refusal> {
  const answer = await verify(mind, session, message);
  if (isRefusal(answer)) gate.noteRefusal(answer.refused);
  return answer;
}

async function verify(mind: Mind, session: SessionTicket, message: Verify): Promise<Verified | Refusal> {
  const secretHash = await knownTokenHash(mind, message.token);
  if (secretHash === undefined) return refuse('invalid_token');
  const host = await checkEnrolment(mind, session, message);
  if (isRefusal(host)) return host;
  const token = randomHexToken();
  const verified = await mind.storage.decide('verifyHost', {
    secretHash,
    hostId: host.id,
    // Bound to this session, the proof is worth nothing later; within it every message may be said twice.
    signatureHash: null,
    tokenHash: sha256Hex(token),
    key: { channelKey: message.channel_key, begunAt: session.begunAt },
    now: mind.clock(),
  });
  if (isRefusal(verified)) return verified;
  return { type: 'verified', encrypted: encryptForHost(host, token), state: verified.state };
}

function encryptForHost(host: Host, text: string): string {
  const publicKey = readRsaPublicKey(host.publicPem);
  if (!publicKey) throw new Error(`The stored public key of host ${host.id} cannot be read.`);
  return encryptOaep(publicKey, text);
}
