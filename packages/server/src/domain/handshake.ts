import { answerHandshake } from '@remotes/protocol/crypto/handshake';
import { signFor } from '@remotes/protocol/crypto/sign';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { HandshakeAnswer, HandshakeBody, ServerProof } from '@remotes/protocol/requests/handshake';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { capability } from '@remotes/protocol/values/capability';
import type { Mind } from './mind.ts';
import type { ServerKeyring } from './server-keyring.ts';
import { newInstance } from './session-memory.ts';
import { type SessionTicket, sealTicket, sessionMs } from './session-ticket.ts';

const spokenVersion = 1;

/** Agrees on keys with whoever asks over HTTP, and proves who the server is. Nothing about the session is written anywhere. */
export async function shakeHands(mind: Mind, body: HandshakeBody): Promise<HandshakeAnswer | Refusal> {
  const begun = await beginSession(mind, body);
  if (isRefusal(begun)) return begun;
  mind.sessions.begin(begun.ticket.transcript, begun.instance);
  return begun.answer;
}

export type BegunSession = {
  readonly answer: HandshakeAnswer;
  readonly ticket: SessionTicket;
  readonly instance: Buffer;
  /** Those that the server has proved itself with. */
  readonly serverKeys: ServerKeyring;
};

/** The same for either transport: what is answered, and the session that begins with it. */
export async function beginSession(mind: Mind, body: HandshakeBody): Promise<BegunSession | Refusal> {
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
  const ticket: SessionTicket = {
    ...session,
    begunAt: mind.newestSessions.beginAt(mind.clock()),
    expiresAt,
    host: undefined,
  };
  const sealedTicket = sealTicket(await mind.ticketKeys(), keys.signingKeyText, ticket);
  const answer = {
    version: reply.version,
    ephemeral: reply.ephemeral.toString('base64url'),
    nonce: reply.nonce.toString('base64url'),
    ticket: sealedTicket.toString('base64url'),
    sealed: sealed.toString('base64url'),
  };
  return { answer, ticket, instance, serverKeys: keys };
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
