import { answerHandshake } from '@remotes/protocol/crypto/handshake';
import { signFor } from '@remotes/protocol/crypto/sign';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { HandshakeAnswer, HandshakeBody, ServerProof } from '@remotes/protocol/requests/handshake';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { capability } from '@remotes/protocol/values/capability';
import type { Mind } from './mind.ts';
import { newInstance } from './session-memory.ts';
import { sealTicket, sessionMs } from './session-ticket.ts';

const spokenVersion = 1;

/** Agrees on keys with whoever asks, and proves who the server is. Nothing about the session is written anywhere. */
export async function shakeHands(mind: Mind, body: HandshakeBody): Promise<HandshakeAnswer | Refusal> {
  if (!body.versions.includes(spokenVersion)) return refuse('handshake_version');
  const offer = {
    versions: body.versions,
    ephemeral: Buffer.from(body.ephemeral, 'base64url'),
    nonce: Buffer.from(body.nonce, 'base64url'),
  };
  const answered = answerHandshake(offer, spokenVersion);
  if (!answered) return refuse('handshake_malformed');
  const { reply, agreement } = answered;
  const instance = newInstance();
  const expiresAt = mind.clock() + sessionMs;
  const keys = await mind.serverKeys();
  const sealed = agreement.sealProof(
    Buffer.from(
      JSON.stringify(proofOf(mind, keys, { transcript: agreement.transcript, instance, expiresAt })),
    ),
  );
  const session = agreement.session(sealed);
  mind.sessions.begin(session.transcript, instance);
  const ticket = sealTicket(await mind.ticketKeys(), keys.signingKeyText, {
    ...session,
    begunAt: mind.newestSessions.beginAt(mind.clock()),
    expiresAt,
    host: undefined,
  });
  return {
    version: reply.version,
    ephemeral: reply.ephemeral.toString('base64url'),
    nonce: reply.nonce.toString('base64url'),
    ticket: ticket.toString('base64url'),
    sealed: sealed.toString('base64url'),
  };
}

type Begun = { readonly transcript: Buffer; readonly instance: Buffer; readonly expiresAt: number };

function proofOf(
  mind: Mind,
  keys: Awaited<ReturnType<Mind['serverKeys']>>,
  { transcript, instance, expiresAt }: Begun,
): ServerProof {
  const said = {
    server: keys.serverId,
    signing_key: keys.signingKeyText,
    recovery_key: keys.recoveryKeyText,
    successions: [...keys.successions],
    capability,
    time_ms: mind.clock(),
    expires_at_ms: expiresAt,
    instance: instance.toString('base64url'),
  };
  const signed = canonicalJson({ ...said, transcript: transcript.toString('base64url') });
  return { ...said, signature: signFor('server handshake', keys.signingKey, signed) };
}
