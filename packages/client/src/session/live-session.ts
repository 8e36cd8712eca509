import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writePayload } from '@remotes/protocol/messages/payload';
import { nextChannelKeyOf } from '../channel-key-path.ts';
import type { Context } from '../context.ts';
import { openUuid } from '../host-identity.ts';
import { readPin } from '../pin.ts';
import { loadPrivateKey } from '../private-key.ts';
import { trouble } from '../trouble.ts';
import { channelKeyPath, promoteChannelKey, readChannelKey } from './channel-key.ts';
import type { Conversation } from './conversation.ts';
import { isProofInvalid, keyUnknown, proofOf } from './proof.ts';
import type { Outgoing, SealedSession } from './sealed-session.ts';
import { openTalk } from './talk.ts';

/** A host's session: it proves itself in each conversation before anything else is said. */
export async function openLiveSession(context: Context): Promise<SealedSession> {
  const { settings } = context;
  const host = openUuid(settings, loadPrivateKey(context));
  if (settings.get('host', 'channel_key') === undefined)
    throw trouble(
      'order',
      `${settings.path} pins a server that this host has not proved itself to: run --action=host_verify with a registration token first`,
    );
  const path = channelKeyPath(settings);
  const talk = openTalk(context, { pin: readPin(settings), fingerprint: undefined });
  let proved: { readonly conversation: Conversation; readonly key: KeyObject } | undefined;

  /** Says them, and before them, where the conversation lacks one, a proof by the key in this file. */
  const sayWith = async (keyPath: string, messages: readonly Outgoing[], signal?: AbortSignal) => {
    let key: KeyObject | undefined;
    const { conversation, answers } = await talk.ask((present) => {
      key = proved?.conversation === present ? undefined : readChannelKey(keyPath);
      return key === undefined ? messages : [proofOf(present.transcript, host, key), ...messages];
    }, signal);
    if (key === undefined) return answers;
    const [first, ...others] = answers;
    if (first?.type === 'refusal' && first.of === 'prove') return answers;
    if (first?.type !== 'proved') throw trouble('answer', "the server says nothing to this host's proof");
    conversation.goOn(first);
    proved = { conversation, key };
    // A rotation whose answer was lost had come to its end.
    if (keyPath !== path) promoteChannelKey(path);
    return others;
  };

  const prove = async (messages: readonly Outgoing[], signal?: AbortSignal) => {
    const next = nextChannelKeyOf(path);
    for (const keyPath of existsSync(next) ? [next, path] : [path]) {
      const answers = await sayWith(keyPath, messages, signal);
      if (!isProofInvalid(answers)) return answers;
    }
    throw trouble('answer', keyUnknown);
  };

  const ask = async (messages: readonly Outgoing[], signal?: AbortSignal) => {
    const isProved = proved !== undefined && proved.conversation === (await talk.open(signal));
    // A server reads little of somebody whom it does not know yet.
    if (!isProved && isLong(messages)) {
      const refusal = await prove([], signal);
      if (refusal.length > 0) return refusal;
    }
    return prove(messages, signal);
  };

  let turn: Promise<unknown> = Promise.resolve();
  const present = () => {
    if (proved === undefined) throw new Error('Nothing was asked yet.');
    return proved;
  };
  return Object.freeze({
    get server() {
      return present().conversation.server;
    },
    get channelKey() {
      return present().key;
    },
    serverNowMs: () => present().conversation.serverNowMs(),
    handshakes: talk.handshakes,
    isLive: () => false,
    ask(messages: readonly Outgoing[], signal?: AbortSignal) {
      const answers = turn.then(() => ask(messages, signal));
      turn = answers.catch(() => {});
      return answers;
    },
  });
}

/** Some outputs are: their bytes don't count, results and lists do. */
function isLong(messages: readonly Outgoing[]): boolean {
  return writePayload(messages).readUInt32BE(0) > mostBytesOfStrangers;
}

const mostBytesOfStrangers = 1024 * 1024;
