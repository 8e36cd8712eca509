import type { KeyObject } from 'node:crypto';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { readPin } from '../pin.ts';
import { trouble } from '../trouble.ts';
import { openAnswers } from './channel-answers.ts';
import { type ChannelEnding, openChannelWire } from './channel-wire.ts';
import { passingMs } from './passing-time.ts';
import { isProofInvalid, keyUnknown, proofOf } from './proof.ts';
import { follow, recognise } from './recognition.ts';
import type { Outgoing, SealedSession } from './sealed-session.ts';

/** A session that lives in one connection, in which the server speaks unasked too. */
export type Channel = SealedSession & {
  /** Never rejected. */
  readonly ended: Promise<ChannelEnding>;
  readonly close: () => void;
};

export type ChannelHost = {
  readonly host: string;
  readonly channelKey: KeyObject;
};

/**
 * Connects to the pinned server, which proves itself; this host proves itself along with what it asks first. Throws a
 * trouble when that comes to nothing.
 */
export async function openChannel(
  context: Context,
  { host, channelKey }: ChannelHost,
  onPush: (message: ServerMessage) => void,
  signal?: AbortSignal,
): Promise<Channel> {
  const { origin } = endpointUrl(context.settings, 'channel');
  let silenceMs = firstSilenceMs;
  let saidAtMs = passingMs();
  let speechMs = Number.POSITIVE_INFINITY;
  let heardAtMs = passingMs();
  let tellEnding: (ending: ChannelEnding) => void = () => {};
  const ended = new Promise<ChannelEnding>((resolve) => {
    tellEnding = resolve;
  });
  let isOpen = true;
  const answers = openAnswers((frame) => {
    saidAtMs = passingMs();
    return wire.send(frame);
  });
  const wire = await openChannelWire(
    context,
    {
      heard: () => {
        heardAtMs = passingMs();
      },
      frame({ counter, answers: answered, messages }) {
        if (answered !== undefined) return answers.take(answered, messages, onPush);
        for (const message of messages) {
          if (message.type === 'call') answers.reply(counter);
          if (message.type === 'run' && message.time_ms !== undefined) noteTime(message.time_ms);
          onPush(message);
        }
        return true;
      },
      ended(ending) {
        isOpen = false;
        answers.end(trouble('network', `the live channel to ${origin} ended: ${ending.sentence}`));
        tellEnding(ending);
      },
    },
    (handshake) => {
      const pin = readPin(context.settings);
      if (pin === undefined) throw new Error('Only a pinned server is spoken with so.');
      follow(context, pin, recognise(context, { pin, fingerprint: undefined }, handshake));
    },
    signal,
  );
  const { handshake } = wire;
  let isProved = false;
  let clock = { serverMs: handshake.proof.time_ms, askedAtMs: handshake.askedAtMs };
  // A connection may be dead for hours without a word.
  const watch = setInterval(() => {
    const isSilent = passingMs() - heardAtMs > silenceMs;
    if (isSilent) wire.close('going_away', `nothing was heard of ${origin} for ${silenceMs / 1000} s`);
    else if (answers.oldestMs() > patienceMs) wire.close('going_away', `${origin} answers nothing`);
    // Whoever sits on the way can answer pings, but not this; and what he holds back of the server comes before its answer.
    else if (passingMs() - saidAtMs > speechMs) void answers.ask([]).catch(() => {});
  }, watchMs);
  void ended.then(() => clearInterval(watch));

  const serverNowMs = () => clock.serverMs + Math.floor(passingMs() - clock.askedAtMs);
  // Nobody asked for it, so nobody knows how long it took: it may make the server's time later, never earlier.
  const noteTime = (timeMs: number) => {
    if (timeMs > serverNowMs()) clock = { serverMs: timeMs, askedAtMs: passingMs() };
  };

  const ask = async (messages: readonly Outgoing[], signal?: AbortSignal): Promise<ServerMessage[]> => {
    const askedAtMs = passingMs();
    const proof = isProved ? [] : [proofOf(handshake.transcript, host, channelKey)];
    const answered = await answers.ask([...proof, ...messages], signal);
    const welcome = answered.find((message) => message.type === 'welcome');
    if (welcome !== undefined) {
      silenceMs = welcome.heartbeat_seconds * 2500;
      speechMs = welcome.heartbeat_seconds * 2000;
      clock = { serverMs: welcome.time_ms, askedAtMs };
    }
    if (proof.length === 0) return answered;
    const [first, ...others] = answered;
    if (isProofInvalid(answered)) throw trouble('answer', keyUnknown, { isProofInvalid: true });
    if (first?.type === 'refusal') return answered;
    if (first?.type !== 'proved') throw trouble('answer', "the server says nothing to this host's proof");
    isProved = true;
    return others;
  };

  return Object.freeze({
    server: Object.freeze({ id: handshake.proof.server, signingKey: handshake.signingKey }),
    channelKey,
    serverNowMs,
    handshakes: () => 1,
    isLive: () => isOpen,
    ask,
    ended,
    close: () => wire.close('going_away'),
  });
}

/** Until the welcome says how often the server gives a sign of life. */
const firstSilenceMs = 75_000;
const watchMs = 1000;
/** Some answers have to wait for a disk, or a database that comes back. */
const patienceMs = 120_000;
