import { fingerprintOf, leadsTo, recoveredAtMs } from '@remotes/protocol/crypto/key-chain';
import { signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { type Pin, pinChanges, readPin } from '../pin.ts';
import { openSettingsFile } from '../settings-file.ts';
import { isTrouble, trouble } from '../trouble.ts';
import { beginConversation, type Conversation } from './conversation.ts';
import { type Handshake, shakeHands } from './handshake.ts';
import { mayRepeat, notRepeated } from './repetition.ts';
import type { Outgoing } from './sealed-session.ts';

/** By what the server is recognised: both, where both are given. */
export type Trust = { readonly pin: Pin | undefined; readonly fingerprint: string | undefined };

/** Sealed requests to a server that has proved itself, with new handshakes where they are needed. */
export type Talk = {
  /** The present conversation; hands are shaken for it if they must be. */
  readonly open: (signal?: AbortSignal) => Promise<Conversation>;
  /** Composed anew for each conversation, as proofs are bound to one. */
  readonly ask: (
    compose: (conversation: Conversation) => readonly Outgoing[],
    signal?: AbortSignal,
  ) => Promise<{ conversation: Conversation; answers: ServerMessage[] }>;
  /** What would be pinned now. Known once something was asked. */
  readonly pin: () => Pin;
  readonly handshakes: () => number;
};

export function openTalk(context: Context, trust: Trust): Talk {
  let { pin } = trust;
  let proved: Pin | undefined;
  let conversation: Conversation | undefined;
  let handshakes = 0;

  const open = async (signal?: AbortSignal) => {
    if (conversation !== undefined && !conversation.isOld()) return conversation;
    const handshake = await shakeHands(context, signal);
    proved = recognise(context, { pin, fingerprint: trust.fingerprint }, handshake);
    if (pin !== undefined) follow(context, pin, proved);
    if (pin !== undefined) pin = proved;
    handshakes += 1;
    conversation = beginConversation(context, handshake);
    return conversation;
  };

  return Object.freeze({
    open,
    async ask(compose: (conversation: Conversation) => readonly Outgoing[], signal?: AbortSignal) {
      for (let tries = 0; tries < 2; tries++) {
        const present = await open(signal);
        const messages = compose(present);
        const answers = await present.say(messages, signal);
        if (answers !== undefined) return { conversation: present, answers };
        conversation = undefined;
        if (!mayRepeat(messages)) throw notRepeated();
      }
      throw trouble(
        'answer',
        `${endpointUrl(context.settings, 'messages').origin} ends each session as soon as it began: try again later; somebody in between may be at work`,
      );
    },
    pin: () => {
      if (proved === undefined) throw new Error('Nothing was asked yet.');
      return proved;
    },
    handshakes: () => handshakes,
  });
}

/** Whoever signed the proof must be the one that is trusted, or one whom that one has named. */
function recognise(
  { settings }: Context,
  { pin, fingerprint }: Trust,
  { proof, signingKey }: Handshake,
): Pin {
  const where = endpointUrl(settings, 'handshake').origin;
  // The pinned one stays: a succession names a signing key, nothing names another recovery key.
  const recoveryKey = pin?.recoveryKey ?? fingerprintOf(proof.recovery_key) ?? '';
  const recoveredAt = recoveredAtMs(proof, recoveryKey) ?? never;
  const recoveredBefore = pin?.recoveredAtMs ?? never;
  if (
    pin !== undefined &&
    (proof.server !== pin.server || !(leadsTo(proof, pin) || recoveredAt > recoveredBefore))
  )
    throw trouble(
      'untrusted',
      `the server at ${where} is not the one that ${settings.path} has pinned: it was told nothing. If that is meant to be so, run --action=trust --fingerprint F --force with what its administrator reads from "remotes-server keys show"`,
    );
  if (
    fingerprint !== undefined &&
    !leadsTo(proof, { signingKey: fingerprint, recoveryKey: pin?.recoveryKey })
  )
    throw trouble(
      'untrusted',
      `the server at ${where} proved another key than ${fingerprint}: it was told nothing. Check the address and where the token or fingerprint comes from`,
    );
  const newest = Math.max(recoveredAt, recoveredBefore);
  return {
    server: proof.server,
    signingKey: signingKeyFingerprint(signingKey),
    recoveryKey,
    recoveredAtMs: newest === never ? undefined : newest,
  };
}

/** Writes the new pin if it is another, unless the file says something else by now. */
function follow({ settings, say }: Context, old: Pin, next: Pin): void {
  if (next.signingKey !== old.signingKey)
    say(`the server has a new signing key, ${next.signingKey}, as the pinned one or the recovery key says`);
  else if (next.recoveredAtMs === old.recoveredAtMs) return;
  settings.stage(pinChanges(next));
  try {
    const file = openSettingsFile(settings.path, () => {});
    if (readPin(file)?.signingKey === old.signingKey) file.change(pinChanges(next));
  } catch (error) {
    if (!isTrouble(error)) throw error;
    // The old pin leads there as well, each time.
    say(`the new pin could not be kept: ${error.message}`);
  }
}

/** Before each time. */
const never = -1;
