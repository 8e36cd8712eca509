import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRequest, readFrame, sealAnswer, sessionKeys } from '@remotes/protocol/crypto/frame';
import { answerHandshake, type SessionSecret } from '@remotes/protocol/crypto/handshake';
import { encryptOaep, readRsaPublicKey, verifyPss } from '@remotes/protocol/crypto/rsa';
import {
  isSignedFor,
  newSigningKey,
  readSigningPrivateKey,
  readSigningPublicKey,
  signFor,
  signingKeyFingerprint,
  signingPublicText,
} from '@remotes/protocol/crypto/sign';
import type { HostMessage, ServerMessage } from '@remotes/protocol/messages';
import { type Carried, readPayload, writePayload } from '@remotes/protocol/messages/payload';
import type { ServerProof } from '@remotes/protocol/requests/handshake';
import type { HostStatusAnswer } from '@remotes/protocol/requests/host-status';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { KeySuccession } from '@remotes/protocol/values/key-succession';
import { enrolmentText, provingText, rotationText } from '@remotes/protocol/values/signed-texts';
import { type FakeChannel, serveChannel } from './fake-channel.ts';

export type FakeKey = ReturnType<typeof newKey>;
type SealedAsked = { path: string; headers: IncomingHttpHeaders; body: Buffer };
/** What becomes of one request for messages in the place of an honest answer; `after` says whether it was obeyed first. */
export type Meddling = (answer: Buffer, response: ServerResponse) => Buffer | 'done';
type Answering = (message: never, carried: Carried, isLive: boolean) => ServerMessage[] | undefined;

export type FakeSealedServer = {
  readonly url: string;
  readonly serverId: string;
  readonly signing: FakeKey;
  readonly recovery: FakeKey;
  /** Everything that was asked, as it came. */
  readonly asked: SealedAsked[];
  /** What hosts said, opened, in its order; what a `renew` put off is not among it. */
  readonly said: HostMessage[];
  /** What status says of its address, where that is not the one it has. */
  calledUrl: string | undefined;
  /** What discover names. */
  endpoints: Record<string, string>;
  readonly hosts: Map<string, { publicPem: string; channelKey: string | undefined }>;
  /** Changes each proof before it is signed; and by whom it is signed. */
  proof: (proof: Omit<ServerProof, 'signature'>) => Omit<ServerProof, 'signature'>;
  signer: FakeKey;
  sessionMs: number;
  /** Changes what is sealed into each answer. */
  payload: (plain: Buffer) => Buffer;
  nowMs: () => number;
  handshakes: number;
  /** So many take turns at answering, and share nothing but the sessions' secrets. */
  servers: number;
  /** Answers a type of message in another way; undefined: as always. */
  answer: (type: HostMessage['type'], answering: Answering) => void;
  /** What becomes of the next requests for messages, one each; 'before' keeps them from being obeyed. */
  meddle: (...with_: ('honest' | { before: Meddling } | { after: Meddling })[]) => void;
  /** Forgets the sessions' instances, as a restart does; or the sessions themselves. */
  forget: (what: 'instances' | 'sessions') => void;
  /** Forgets them and offers this one in the place of a new one, as no honest server does. */
  offer: (instance: Buffer) => void;
  newUuid: () => string;
  channel: FakeChannel;
  close: () => Promise<void>;
};

export function newKey() {
  const { privatePem } = newSigningKey();
  const key = readSigningPrivateKey(privatePem)!;
  return { key, pem: privatePem, text: signingPublicText(key), fingerprint: signingKeyFingerprint(key) };
}

export function succeed(
  server: string,
  previous: FakeKey,
  next: FakeKey,
  by: 'signing' | 'recovery' = 'signing',
  signer: FakeKey = previous,
  atMs = 1,
): KeySuccession {
  const said = { server, previous_key: previous.text, next_key: next.text, at_ms: atMs, by };
  return { ...said, signature: signFor('key succession', signer.key, canonicalJson(said)) };
}

/** A server of the sealed protocol over real HTTP, honest as long as it is not told otherwise. */
export async function startFakeSealedServer(): Promise<FakeSealedServer> {
  type Memory = { current: string | undefined; offered: string | undefined; highest: number };
  type Session = SessionSecret & { memories: Map<number, Memory>; host: string | undefined };
  const sessions = new Map<string, Session>();
  let turn = 0;
  let offered: string | undefined;
  const answerings = new Map<string, Answering>();
  const meddlings: ('honest' | { before: Meddling } | { after: Meddling })[] = [];
  const signing = newKey();
  const fake: FakeSealedServer = {
    url: '',
    serverId: randomUUID(),
    signing,
    recovery: newKey(),
    asked: [],
    said: [],
    calledUrl: undefined,
    endpoints: { ...endpoints },
    hosts: new Map(),
    proof: (proof) => proof,
    signer: signing,
    sessionMs: 24 * 3_600_000,
    payload: (plain) => plain,
    nowMs: Date.now,
    servers: 1,
    handshakes: 0,
    answer: (type, answering) => void answerings.set(type, answering),
    meddle: (...with_) => void meddlings.push(...with_),
    forget(what) {
      if (what === 'sessions') sessions.clear();
      for (const session of sessions.values()) session.memories.clear();
    },
    offer(instance) {
      fake.forget('instances');
      offered = instance.toString('hex');
    },
    newUuid: randomUUID,
    channel: undefined as never,
    close: () =>
      new Promise((resolve) => {
        fake.channel.close();
        server.close(() => resolve()).closeAllConnections();
      }),
  };

  function shake(body: { versions: number[]; ephemeral: string; nonce: string }) {
    fake.handshakes += 1;
    const bytes = (text: string) => Buffer.from(text, 'base64url');
    const offer = { ...body, ephemeral: bytes(body.ephemeral), nonce: bytes(body.nonce) };
    const { reply, agreement } = answerHandshake(offer, 1)!;
    const instance = randomBytes(16);
    const proof = fake.proof({
      server: fake.serverId,
      signing_key: fake.signer.text,
      recovery_key: fake.recovery.text,
      successions: [],
      capability: 1,
      time_ms: fake.nowMs(),
      expires_at_ms: fake.nowMs() + fake.sessionMs,
      instance: instance.toString('base64url'),
    });
    const transcript = agreement.transcript.toString('base64url');
    const signature = signFor('server handshake', fake.signer.key, canonicalJson({ ...proof, transcript }));
    const sealed = agreement.sealProof(Buffer.from(JSON.stringify({ ...proof, signature })));
    const ticket = randomBytes(24);
    const begun = { current: instance.toString('hex'), offered: undefined, highest: -1 };
    const memories = new Map<number, Memory>([[turn % fake.servers, begun]]);
    const session = { ...agreement.session(sealed), memories, host: undefined };
    sessions.set(ticket.toString('hex'), session);
    const answer = {
      version: reply.version,
      ...texts({ ephemeral: reply.ephemeral, nonce: reply.nonce, ticket, sealed }),
    };
    return { answer, session: { ...session, ticket } };
  }

  /** The sealed answer, or the HTTP status of a refusal. */
  function hear(body: Buffer): Buffer | number {
    const frame = readFrame(body)!;
    const session = sessions.get(frame.ticket.toString('hex'));
    if (session === undefined) return 410;
    const keys = sessionKeys(session.secret, frame.instance);
    const plain = openRequest(keys, frame);
    if (plain === undefined) return 400;
    const answered = (messages: ServerMessage[]) =>
      sealAnswer(keys, frame, fake.payload(writePayload(messages)));
    const own = turn++ % fake.servers;
    const memory = session.memories.get(own) ?? { current: undefined, offered: undefined, highest: -1 };
    session.memories.set(own, memory);
    const name = frame.instance.toString('hex');
    if (memory.offered === name) Object.assign(memory, { current: name, offered: undefined, highest: -1 });
    if (memory.current !== name) {
      memory.offered ??= offered ?? randomBytes(16).toString('hex');
      return answered([
        { type: 'renew', instance: Buffer.from(memory.offered, 'hex').toString('base64url') },
      ]);
    }
    if (frame.counter <= memory.highest) return 409;
    memory.highest = frame.counter;
    return answered(obeyAll(session, frame.ticket, readPayload(plain)!, false));
  }

  function obeyAll(
    session: Session,
    ticket: Buffer,
    all: readonly Carried[],
    isLive: boolean,
  ): ServerMessage[] {
    const answers: ServerMessage[] = [];
    for (const carried of all) {
      const message = carried.message as unknown as HostMessage;
      fake.said.push(message);
      const other = answerings.get(message.type)?.(message as never, carried, isLive);
      const given = other ?? obey(session, ticket, message);
      answers.push(...given);
      if (given.some((one) => one.type === 'refusal' && one.run === undefined)) break;
    }
    return answers;
  }

  function obey(session: Session, ticket: Buffer, message: HostMessage): ServerMessage[] {
    const refused = (code: string): ServerMessage[] => [
      { type: 'refusal', of: message.type, code, sentence: `The fake says ${code}.` },
    ];
    switch (message.type) {
      case 'register': {
        const uuid = fake.newUuid();
        fake.hosts.set(uuid, { publicPem: message.public_key, channelKey: undefined });
        return [{ type: 'registered', encrypted: encryptOaep(readRsaPublicKey(message.public_key)!, uuid) }];
      }
      case 'verify':
      case 'enrol': {
        const host = fake.hosts.get(message.host);
        const key = readRsaPublicKey(host?.publicPem ?? '');
        const { transcript } = session;
        const text = enrolmentText({ transcript, host: message.host, channelKey: message.channel_key });
        if (host === undefined || key === undefined || !verifyPss(key, text, message.proof))
          return refused('proof_invalid');
        if (host.channelKey !== undefined && host.channelKey !== message.channel_key)
          return refused('channel_key_enrolled');
        host.channelKey = message.channel_key;
        if (message.type === 'enrol') return [{ type: 'enrolled' }];
        return [{ type: 'verified', encrypted: encryptOaep(key, 'a'.repeat(40)), state: 'verified' }];
      }
      case 'prove': {
        const key = readSigningPublicKey(fake.hosts.get(message.host)?.channelKey ?? '');
        const text = provingText(session.transcript, message.host);
        if (key === undefined || !isSignedFor('host handshake', key, text, message.signature))
          return refused('proof_invalid');
        session.host = message.host;
        return [
          {
            type: 'proved',
            ticket: ticket.toString('base64url'),
            expires_at_ms: fake.nowMs() + fake.sessionMs,
          },
        ];
      }
      case 'rotate_key': {
        const host = fake.hosts.get(session.host ?? '');
        const [old, next] = [host?.channelKey ?? '', message.channel_key].map(readSigningPublicKey);
        const text = rotationText(session.host ?? '', host?.channelKey ?? '', message.channel_key);
        const isGood =
          host !== undefined &&
          isSignedFor('channel key', old!, text, message.old_signature) &&
          isSignedFor('channel key', next!, text, message.new_signature);
        if (!isGood) return refused('proof_invalid');
        host.channelKey = message.channel_key;
        sessions.clear();
        return [{ type: 'key_rotated' }];
      }
      case 'host_status':
        if (session.host === undefined) return refused('host_unproved');
        return [{ type: 'host', answer: { ...status, user_name: session.host } }];
      default:
        return refused('not_of_this_fake');
    }
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url: path = '', headers } = request;
    const body = Buffer.concat(chunks);
    fake.asked.push({ path, headers, body });
    const json = (code: number, value: object) => send(response, code, JSON.stringify(value));
    if (path.startsWith('/api/status'))
      return json(200, {
        ...status,
        server_url: fake.calledUrl ?? `${fake.url}/`,
        discover: '/api/v1/discover/',
      });
    if (path === '/api/v1/discover/') return json(200, { status: 'OK', endpoints: fake.endpoints });
    if (path === '/sealed/handshake/') return json(200, shake(JSON.parse(body.toString())).answer);
    if (path !== '/sealed/messages/') return json(404, { detail: 'Not found.' });
    const meddling = meddlings.shift() ?? 'honest';
    const isBefore = typeof meddling === 'object' && 'before' in meddling;
    const answer = isBefore ? Buffer.alloc(0) : hear(body);
    if (typeof answer === 'number') return json(answer, { detail: `The fake says ${answer}.` });
    if (meddling === 'honest') return sendBytes(response, answer);
    const meddled = (isBefore ? meddling.before : (meddling as { after: Meddling }).after)(answer, response);
    return meddled === 'done' ? undefined : sendBytes(response, meddled);
  });
  fake.channel = serveChannel(server, {
    shake,
    obey: (session: Session & { ticket: Buffer }, all) => obeyAll(session, session.ticket, all, true),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

/** The wire is cut. */
export const cut: Meddling = (_, response) => {
  response.destroy();
  return 'done';
};

/** Somebody in between keeps the answer for so long. */
export function holdBack(ms: number): Meddling {
  return (answer, response) => {
    setTimeout(() => sendBytes(response, answer), ms);
    return 'done';
  };
}

/** Somebody in between refuses. */
export function refuseWith(status: number): Meddling {
  return (_, response) => {
    send(response, status, JSON.stringify({ detail: 'Forged.' }));
    return 'done';
  };
}

export function flipLastByte(answer: Buffer): Buffer {
  const flipped = Buffer.from(answer);
  flipped[flipped.length - 1]! ^= 1;
  return flipped;
}

function send(response: ServerResponse, status: number, text: string): void {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, Connection: 'close' }).end(text);
}

function sendBytes(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', Connection: 'close' }).end(bytes);
}

function texts(bytes: Record<string, Buffer>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bytes).map(([name, value]) => [name, value.toString('base64url')]),
  );
}

const endpoints = {
  command_get: '/api/v1/commands/get/',
  command_post: '/api/v1/commands/post/',
  commands_list: '/api/v1/commands/list/',
  host_register: '/api/v1/host/register/',
  host_status: '/api/v1/host/status/',
  host_verify: '/api/v1/host/verify/',
  handshake: '/sealed/handshake/',
  messages: '/sealed/messages/',
};
const status: HostStatusAnswer = {
  status: 'OK',
  app_name: 'Fake',
  version: '0.0.0',
  id: 1,
  user_id: 1,
  user_name: '000001',
  hosts_groups: [{ id: 1, name: 'All hosts' }],
};
