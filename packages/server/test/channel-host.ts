import { once } from 'node:events';
import { channelKeys, channelOpener, channelSealer } from '@remotes/protocol/crypto/channel-frame';
import { offerHandshake } from '@remotes/protocol/crypto/handshake';
import { signFor } from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import { readChannelPayload, writePayload } from '@remotes/protocol/messages/payload';
import { channel } from '@remotes/protocol/requests/channel';
import type { HandshakeAnswer, ServerProof } from '@remotes/protocol/requests/handshake';
import { provingText } from '@remotes/protocol/values/signed-texts';
import { expect, onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { HostKeys, Said } from './sealed-host.ts';

type Answered = { readonly answers: number; readonly messages: readonly ServerMessage[] };

/** The address of the live channel of the server at this URL. */
export function channelUrl(url: string): string {
  return url.replace(/^http/, 'ws') + channel.path;
}

/** A WebSocket to the server, without anything said on it yet. Cut when the test ends. */
export async function connectChannel(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const webSocket = new WebSocket(channelUrl(url), [channel.subprotocol], {
    perMessageDeflate: false,
    ...options,
  });
  onTestFinished(() => webSocket.terminate());
  await once(webSocket, 'open');
  return webSocket;
}

/** A host on the live channel: says what the test wants, over a real socket. Begins with the handshake. */
export async function openChannelHost(
  url: string,
  keys: Pick<HostKeys, 'uuid' | 'channel'>,
  options: ClientOptions = {},
) {
  const webSocket = await connectChannel(url, options);
  const closed = once(webSocket, 'close').then(([code, reason]) => ({
    code: code as number,
    reason: String(reason),
  }));
  const { offer, agree } = offerHandshake([1]);
  const first = once(webSocket, 'message');
  webSocket.send(
    JSON.stringify({
      versions: offer.versions,
      ephemeral: offer.ephemeral.toString('base64url'),
      nonce: offer.nonce.toString('base64url'),
    }),
  );
  const [text] = (await first) as [Buffer];
  const reply = JSON.parse(text.toString()) as HandshakeAnswer;
  const agreement = agree({
    version: reply.version,
    ephemeral: bytes(reply.ephemeral),
    nonce: bytes(reply.nonce),
  });
  const sealed = bytes(reply.sealed);
  const proof = agreement?.openProof(sealed);
  if (!agreement || !proof) throw new Error('The proof does not open.');
  const { server } = JSON.parse(proof.toString()) as ServerProof;
  const { secret, transcript } = agreement.session(sealed);
  const direction = channelKeys(secret);
  const seal = channelSealer(direction.toServer);
  const open = channelOpener(direction.toHost);
  const pushed: ServerMessage[] = [];
  const answered: Answered[] = [];
  webSocket.on('message', (frame: Buffer) => {
    const opened = open(frame);
    const payload = opened && readChannelPayload(opened.plain);
    if (!payload) throw new Error('A frame of the server does not open.');
    const messages = payload.carried.map(({ message }) => message as ServerMessage);
    const isCall = messages.some(({ type }) => type === 'call');
    if (isCall && !host.isDeaf) webSocket.send(seal(writePayload([], opened.counter)).sealed);
    if (payload.answers === undefined) pushed.push(...messages);
    else answered.push({ answers: payload.answers, messages });
  });

  const host = {
    /** While it is, it answers no call; its WebSocket answers pings all the same. */
    isDeaf: false,
    webSocket,
    url,
    keys,
    server,
    reply,
    secret,
    closed,
    /** What came unasked, in its order. */
    pushed,
    /** The answers in the order in which they came. */
    answered,
    /** The next frame, not sent. */
    frameOf: (...said: Said[]) => seal(writePayload(said)),
    /** Sends it and waits for nothing; answers its number. */
    send(...said: Said[]): number {
      const { counter, sealed: frame } = seal(writePayload(said));
      webSocket.send(frame);
      return counter;
    },
    /** What was answered to the frame of this number. */
    async answerTo(counter: number): Promise<readonly ServerMessage[]> {
      await expect
        .poll(() => answered.some(({ answers }) => answers === counter), { timeout: 5_000 })
        .toBe(true);
      return answered.find(({ answers }) => answers === counter)?.messages ?? [];
    },
    async say(...said: Said[]): Promise<readonly ServerMessage[]> {
      return host.answerTo(host.send(...said));
    },
    /** What came unasked, once there is so much of this type. */
    async given<Type extends ServerMessage['type']>(
      type: Type,
      count = 1,
    ): Promise<Extract<ServerMessage, { type: Type }>[]> {
      const found = () => pushed.filter((message) => message.type === type);
      await expect.poll(() => found().length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
      return found() as Extract<ServerMessage, { type: Type }>[];
    },
    sayProve: (): Said => ({
      type: 'prove',
      host: keys.uuid,
      signature: signFor('host handshake', keys.channel, provingText(transcript, keys.uuid)),
    }),
    sayHello: (held: readonly object[] = [], differing: object = {}): Said => ({
      ...helloOf(held),
      ...differing,
    }),
    /** Proves itself and says hello; answers the welcome. */
    async enter(held: readonly object[] = [], differing: object = {}) {
      const messages = await host.say(host.sayProve(), host.sayHello(held, differing));
      const welcome = messages.find(({ type }) => type === 'welcome');
      if (welcome?.type !== 'welcome') throw new Error(JSON.stringify(messages));
      if (welcome.wants_past) await host.say({ type: 'ran', runs: [], is_last: true });
      return welcome;
    },
  };
  return host;
}
export type ChannelHost = Awaited<ReturnType<typeof openChannelHost>>;

function helloOf(held: readonly object[]) {
  return {
    type: 'hello',
    capability: 2,
    facts: {
      hostname: 'web-1',
      os: 'linux',
      os_release: '6.1',
      architecture: 'x64',
      client_version: '0.1.0',
    },
    boot: 'boot 1',
    journal: { id: '0192f000-0000-7000-8000-000000000006', is_intact: true },
    held,
  };
}

function bytes(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}
