import type { KeyObject } from 'node:crypto';
import { type HandshakeReply, offerHandshake, type SessionSecret } from '@remotes/protocol/crypto/handshake';
import { isSignedFor, readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import type { HandshakeAnswer, ServerProof } from '@remotes/protocol/requests/handshake';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { problemOf, type ServerAnswer } from '../network/server-answer.ts';
import { type Trouble, trouble } from '../trouble.ts';
import { passingMs } from './passing-time.ts';
import * as is from './shapes.ts';

/** A server that has proved that it holds a signing key; whether that is the right one is for the caller to see. */
export type Handshake = SessionSecret & {
  readonly proof: ServerProof;
  readonly signingKey: KeyObject;
  readonly ticket: Buffer;
  /** By `passingMs`: the proof’s time is no earlier. */
  readonly askedAtMs: number;
};

/** Throws a trouble when whoever answers proves nothing. Nothing secret has been said then, and nothing more is. */
export async function shakeHands({ server, settings }: Context, signal?: AbortSignal): Promise<Handshake> {
  const url = endpointUrl(settings, 'handshake');
  const { body, read } = offerHands(url);
  const answer = await server.ask({ method: 'POST', url, body, staysAtOrigin: true, signal });
  if (!answer.isOk) throw noHandshake(answer);
  return read(answer.fields);
}

/** What to say first, by whichever way, and what comes of the answer. */
export function offerHands(url: URL): {
  readonly body: object;
  readonly read: (fields: object) => Handshake;
} {
  const { offer, agree } = offerHandshake([spokenVersion]);
  const body = {
    versions: offer.versions,
    ephemeral: offer.ephemeral.toString('base64url'),
    nonce: offer.nonce.toString('base64url'),
  };
  const askedAtMs = passingMs();
  const read = (fields: object): Handshake => {
    if (!isHandshakeAnswer(fields)) throw unproved(url, 'its answer to the handshake is none');
    const { ticket, sealed } = fields;
    const agreement = agree(replyOf(fields));
    const sealedProof = Buffer.from(sealed, 'base64url');
    const proof = readProof(agreement?.openProof(sealedProof));
    if (agreement === undefined || proof === undefined)
      throw unproved(url, 'its proof is not of this handshake');
    const signingKey = signerOf(proof, agreement.transcript);
    if (signingKey === undefined) throw unproved(url, 'its proof is not signed with the key that it names');
    return {
      ...agreement.session(sealedProof),
      proof,
      signingKey,
      ticket: Buffer.from(ticket, 'base64url'),
      askedAtMs,
    };
  };
  return { body, read };
}

function replyOf({ version, ephemeral, nonce }: HandshakeAnswer): HandshakeReply {
  return {
    version,
    ephemeral: Buffer.from(ephemeral, 'base64url'),
    nonce: Buffer.from(nonce, 'base64url'),
  };
}

function readProof(opened: Buffer | undefined): ServerProof | undefined {
  try {
    const proof: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(opened));
    return isProof(proof) ? (proof as ServerProof) : undefined;
  } catch {
    return undefined;
  }
}

/** The key, when it signed this proof for this handshake. Members that a newer server adds are signed along. */
function signerOf({ signature, ...others }: ServerProof, transcript: Buffer): KeyObject | undefined {
  try {
    const key = readSigningPublicKey(others.signing_key);
    const signed = canonicalJson({ ...others, transcript: transcript.toString('base64url') });
    return key && isSignedFor('server handshake', key, signed, signature) ? key : undefined;
  } catch {
    return undefined;
  }
}

function isHandshakeAnswer(fields: object): fields is HandshakeAnswer {
  return isAnswer(fields);
}

function noHandshake(answer: ServerAnswer): Trouble {
  const { retryAfterSeconds, status } = answer;
  if (status === 429 || status >= 500) return trouble('answer', problemOf(answer), { retryAfterSeconds });
  return unproved(answer.url, `${problemOf(answer)}; it may speak v1 only`);
}

function unproved(url: URL, why: string): Trouble {
  return trouble(
    'untrusted',
    `the server at ${url.origin} can't prove who it is: ${why}. It was told nothing`,
  );
}

const spokenVersion = 1;
const isAnswer = is.objectOf({
  version: is.oneOf(spokenVersion),
  ephemeral: is.isBytes32,
  nonce: is.isBytes32,
  ticket: is.isBytes,
  sealed: is.isBytes,
});
const isProof = is.objectOf({
  server: is.isUuid,
  signing_key: is.isBytes32,
  recovery_key: is.isBytes32,
  successions: is.listOf(
    is.objectOf({
      server: is.isUuid,
      previous_key: is.isBytes32,
      next_key: is.isBytes32,
      at_ms: is.isTimeMs,
      by: is.oneOf('signing', 'recovery'),
      signature: is.isSignature,
    }),
  ),
  capability: is.wholeFrom(1),
  time_ms: is.isTimeMs,
  expires_at_ms: is.isTimeMs,
  instance: is.isBytes16,
  signature: is.isSignature,
});
