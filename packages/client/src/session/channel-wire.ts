import { type CloseName, closeCodes, closeNameOf } from '@remotes/protocol/close-codes';
import { channelKeys, channelOpener, channelSealer } from '@remotes/protocol/crypto/channel-frame';
import type { ServerMessage } from '@remotes/protocol/messages';
import { readChannelPayload, writePayload } from '@remotes/protocol/messages/payload';
import { channel } from '@remotes/protocol/requests/channel';
import type { Context } from '../context.ts';
import { wireCrashPoint } from '../crash-point.ts';
import { endpointUrl } from '../endpoints.ts';
import { trouble } from '../trouble.ts';
import type { OutgoingFrame } from './channel-frames.ts';
import { type Handshake, offerHands } from './handshake.ts';
import { readServerMessage } from './read-server-message.ts';
import type { Outgoing } from './sealed-session.ts';

/** How a connection ended. */
export type ChannelEnding = {
  readonly name: CloseName | 'cut';
  readonly sentence: string;
  /** Said under the seal. Without it nothing vouches for the name. */
  readonly isSealed: boolean;
  readonly retryAfterSeconds?: number | undefined;
};

type Frame = {
  /** Its own number. */
  readonly counter: number;
  readonly answers: number | undefined;
  readonly messages: readonly ServerMessage[];
};

export type ChannelListener = {
  /** False when it is not to be expected. */
  readonly frame: (frame: Frame) => boolean;
  readonly heard: () => void;
  /** Called once. */
  readonly ended: (ending: ChannelEnding) => void;
};

/** Sealed frames both ways, over one connection to a server that has proved which key it holds. */
export type ChannelWire = {
  readonly handshake: Handshake;
  /** Says it; the answer is its number. */
  readonly send: (frame: OutgoingFrame) => number;
  readonly close: (name: CloseName, sentence?: string) => void;
};

/** Connects and has the server prove itself. `trust` throws when it is not the one that is wanted. */
export async function openChannelWire(
  { server, settings }: Context,
  listener: ChannelListener,
  trust: (handshake: Handshake) => void,
  signal?: AbortSignal,
): Promise<ChannelWire> {
  const url = endpointUrl(settings, channel.name);
  const { body, read } = offerHands(url);
  let keys: Keys | undefined;
  let ending: ChannelEnding | undefined;
  let shaken: (keys: Keys) => void = () => {};
  let failed: (error: unknown) => void = () => {};
  const shaking = new Promise<Keys>((resolve, reject) => {
    shaken = resolve;
    failed = reject;
  });
  const close = (name: CloseName, sentence: string = closeCodes[name].sentence) => {
    ending ??= { name, sentence, isSealed: false };
    link.close(closeCodes[name].code);
  };
  const link = await server.connect(
    { url, subprotocol: channel.subprotocol, signal },
    {
      heard: listener.heard,
      text(text) {
        if (keys !== undefined) return close('malformed');
        try {
          const handshake = read(objectOf(text));
          trust(handshake);
          const { toServer, toHost } = channelKeys(handshake.secret);
          keys = { handshake, seal: channelSealer(toServer), open: channelOpener(toHost) };
          shaken(keys);
        } catch (error) {
          failed(error);
        }
      },
      binary(bytes) {
        if (ending !== undefined) return;
        const opened = keys?.open(bytes);
        if (opened === undefined) return close('seal_broken', brokenBy(url));
        const frame = readFrame(opened);
        if (frame === undefined) return close('malformed', spokenOddly(url));
        wireCrashPoint('hears', frame.messages.map(typeOf));
        ending = frame.messages.map(endingIn).find(Boolean);
        if (!listener.frame(frame)) close('malformed', spokenOddly(url));
      },
      closed(code, reason) {
        failed(trouble('network', `${url.origin} closed the live channel without a handshake`));
        listener.ended(ending ?? endingOf(code, reason));
      },
    },
  );
  const late = setTimeout(() => close('going_away'), handshakeMs);
  link.send(JSON.stringify(body));
  try {
    const { handshake, seal } = await shaking;
    return {
      handshake,
      send({ messages, answers }) {
        wireCrashPoint('says', messages.map(typeOf));
        const { counter, sealed } = seal(writePayload(messages, answers));
        link.send(sealed);
        return counter;
      },
      close,
    };
  } catch (error) {
    close('going_away');
    throw error;
  } finally {
    clearTimeout(late);
  }
}

type Keys = {
  readonly handshake: Handshake;
  readonly seal: ReturnType<typeof channelSealer>;
  readonly open: ReturnType<typeof channelOpener>;
};

function typeOf(said: Outgoing | ServerMessage): string {
  return 'message' in said ? said.message.type : said.type;
}

/** What the server says last tells how it ends. */
function endingIn(message: ServerMessage): ChannelEnding | undefined {
  if (message.type !== 'goodbye' || !Object.hasOwn(closeCodes, message.code)) return undefined;
  return { name: message.code as CloseName, sentence: message.sentence, isSealed: true };
}

/** Undefined when it is nothing that a server says. What a newer one may say besides is passed over. */
function readFrame({ counter, plain }: { counter: number; plain: Buffer }): Frame | undefined {
  const payload = readChannelPayload(plain);
  const read = payload?.carried.map(({ message }) => readServerMessage(message));
  if (payload === undefined || read === undefined || read.includes('malformed')) return undefined;
  const messages = read.filter((message) => typeof message === 'object');
  return { counter, answers: payload.answers, messages };
}

function endingOf(code: number, reason: string): ChannelEnding {
  const name = closeNameOf(code);
  if (name === undefined) return { name: 'cut', sentence: 'the connection was cut', isSealed: false };
  const seconds = name === 'come_later' && /^\d{1,6}$/.test(reason) ? Number(reason) : undefined;
  return { name, sentence: closeCodes[name].sentence, isSealed: false, retryAfterSeconds: seconds };
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function brokenBy({ origin }: URL): string {
  return `what came from ${origin} was not sealed by the server for this connection: somebody in between has changed it`;
}

function spokenOddly({ origin }: URL): string {
  return `the server at ${origin} says something in a shape that it never has: one of the two ends must be updated`;
}

const handshakeMs = 15_000;
