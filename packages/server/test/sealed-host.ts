import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { openAnswer, sealRequest, sessionKeys } from '@remotes/protocol/crypto/frame';
import { offerHandshake } from '@remotes/protocol/crypto/handshake';
import { decryptOaep, signPss } from '@remotes/protocol/crypto/rsa';
import {
  isSignedFor,
  newSigningKey,
  readSigningPublicKey,
  signFor,
  signingPublicText,
} from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import { type Message, readPayload, writePayload } from '@remotes/protocol/messages/payload';
import type { HandshakeAnswer, ServerProof } from '@remotes/protocol/requests/handshake';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { enrolmentText, provingText, rotationText } from '@remotes/protocol/values/signed-texts';
import { call } from './http/call.ts';

type Words = Message & Readonly<Record<string, unknown>>;
export type Said = Words | { message: Words; data: Uint8Array };

/** What a frame was answered with: messages, or a refusal of the frame itself. */
export type Heard = {
  readonly status: number;
  readonly messages: readonly ServerMessage[];
  readonly refusal: unknown;
};

/** Its keys, and after it registered its uuid: everything that a host has on its disk. */
export type HostKeys = {
  readonly rsa: { readonly publicPem: string; readonly privateKey: KeyObject };
  channel: KeyObject;
  uuid: string;
  token: string;
};

export function newHostKeys(): HostKeys {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    rsa: { publicPem: pair.publicKey, privateKey: createPrivateKey(pair.privateKey) },
    channel: newChannelKey(),
    uuid: '',
    token: '',
  };
}

export function newChannelKey(): KeyObject {
  return createPrivateKey(newSigningKey().privatePem);
}

/** Shakes hands with the server at this URL, and checks its proof as far as that goes without a pin. */
export async function shakeHands(url: string) {
  const { offer, agree } = offerHandshake([1]);
  const answer = await call(`${url}/sealed/handshake/`, {
    body: {
      versions: offer.versions,
      ephemeral: offer.ephemeral.toString('base64url'),
      nonce: offer.nonce.toString('base64url'),
    },
  });
  if (answer.status !== 200) throw new Error(`No handshake: ${answer.text}`);
  const reply = answer.json as HandshakeAnswer;
  const agreement = agree({
    version: reply.version,
    ephemeral: bytes(reply.ephemeral),
    nonce: bytes(reply.nonce),
  });
  const sealed = bytes(reply.sealed);
  const proof = agreement?.openProof(sealed);
  if (!agreement || !proof) throw new Error('The proof does not open.');
  const { signature, ...said } = JSON.parse(proof.toString()) as ServerProof;
  const signed = canonicalJson({ ...said, transcript: agreement.transcript.toString('base64url') });
  const key = readSigningPublicKey(said.signing_key);
  if (!key || !isSignedFor('server handshake', key, signed, signature))
    throw new Error('The proof is not signed.');
  const ticket: Buffer = bytes(reply.ticket);
  return { proof: said, ticket, ...agreement.session(sealed) };
}
type Shaken = Awaited<ReturnType<typeof shakeHands>>;

/** A host on the sealed protocol: says what the test wants, over real sockets. Begins with a handshake. */
export async function openSealedHost(url: string, keys: HostKeys = newHostKeys()) {
  let at = url;
  const shaken = await shakeHands(url);
  const session: Shaken & { instance: Buffer; counter: number } = {
    ...shaken,
    instance: bytes(shaken.proof.instance),
    counter: -1,
  };

  /** The next frame, not sent yet. */
  const frameOf = (plain: Uint8Array): { bytes: Buffer; open(sealed: Buffer): Buffer | undefined } => {
    session.counter += 1;
    const head = { ticket: session.ticket, instance: session.instance, counter: session.counter };
    const sealing = sessionKeys(session.secret, session.instance);
    return {
      bytes: sealRequest(sealing, head, plain),
      open: (sealed) => openAnswer(sealing, head, sealed),
    };
  };
  const send = (frame: Buffer) => sendFrame(at, frame);
  const sayOnce = async (said: readonly Said[]): Promise<Heard> => {
    const frame = frameOf(writePayload(said));
    const { status, body, json } = await send(frame.bytes);
    if (status !== 200) return { status, messages: [], refusal: json };
    const plain = frame.open(body);
    const carried = plain && readPayload(plain);
    if (!carried) throw new Error('The answer does not open.');
    return { status, messages: carried.map(({ message }) => message as ServerMessage), refusal: undefined };
  };

  const channelText = () => signingPublicText(keys.channel);

  const host = {
    keys,
    session,
    frameOf,
    send,
    sayOnce,
    /** Speaks with another server of the same database from now on. */
    moveTo(other: string) {
      at = other;
    },
    /** Says it; after a `renew` again, as an honest client does. */
    async say(...said: Said[]): Promise<Heard> {
      const heard = await sayOnce(said);
      const renew = heard.messages.find((message) => message.type === 'renew');
      if (!renew) return heard;
      session.instance = bytes(renew.instance);
      return sayOnce(said);
    },
    /** What was answered; throws for a refusal of any kind. */
    async tell(...said: Said[]): Promise<readonly ServerMessage[]> {
      const heard = await host.say(...said);
      const refused = heard.messages.find((message) => message.type === 'refusal');
      if (heard.refusal || refused) throw new Error(JSON.stringify(heard.refusal ?? refused));
      return heard.messages;
    },
    channelText,
    sayRegister: (token: string): Words => ({ type: 'register', token, public_key: keys.rsa.publicPem }),
    enrolmentProof: (channelKey = channelText(), uuid = keys.uuid): string =>
      signPss(keys.rsa.privateKey, enrolmentText({ transcript: session.transcript, host: uuid, channelKey })),
    sayVerify: (token: string): Words => ({
      type: 'verify',
      token,
      host: keys.uuid,
      channel_key: channelText(),
      proof: host.enrolmentProof(),
    }),
    sayEnrol: (): Words => ({
      type: 'enrol',
      host: keys.uuid,
      channel_key: channelText(),
      proof: host.enrolmentProof(),
    }),
    sayProve: (channel = keys.channel): Words => ({
      type: 'prove',
      host: keys.uuid,
      signature: signFor('host handshake', channel, provingText(session.transcript, keys.uuid)),
    }),
    sayRotate(next: KeyObject): Words {
      const text = rotationText(keys.uuid, channelText(), signingPublicText(next));
      return {
        type: 'rotate_key',
        channel_key: signingPublicText(next),
        old_signature: signFor('channel key', keys.channel, text),
        new_signature: signFor('channel key', next, text),
      };
    },
    async register(token: string): Promise<void> {
      const [answer] = await host.tell(host.sayRegister(token));
      if (answer?.type !== 'registered') throw new Error(JSON.stringify(answer));
      keys.uuid = decryptOaep(keys.rsa.privateKey, answer.encrypted) ?? '';
    },
    async verify(token: string): Promise<'verified' | 'pending'> {
      const [answer] = await host.tell(host.sayVerify(token));
      if (answer?.type !== 'verified') throw new Error(JSON.stringify(answer));
      keys.token = decryptOaep(keys.rsa.privateKey, answer.encrypted) ?? '';
      return answer.state;
    },
    async prove(): Promise<void> {
      const [answer] = await host.tell(host.sayProve());
      if (answer?.type !== 'proved') throw new Error(JSON.stringify(answer));
      session.ticket = bytes(answer.ticket);
    },
    /** Registers, verifies and proves itself. */
    async enter(token: string): Promise<void> {
      await host.register(token);
      await host.verify(token);
      await host.prove();
    },
  };
  return host;
}
export type SealedHost = Awaited<ReturnType<typeof openSealedHost>>;

/** Sends a frame as it is. */
export async function sendFrame(url: string, frame: Buffer) {
  const response = await fetch(`${url}/sealed/messages/`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(frame),
  });
  const body = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type') === 'application/json';
  return {
    status: response.status,
    body,
    json: isJson ? (JSON.parse(body.toString()) as unknown) : undefined,
  };
}

function bytes(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}
