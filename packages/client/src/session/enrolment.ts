import type { KeyObject } from 'node:crypto';
import { signPss } from '@remotes/protocol/crypto/rsa';
import { signFor, signingPublicText } from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import { enrolmentText, rotationText } from '@remotes/protocol/values/signed-texts';
import { trouble } from '../trouble.ts';
import type { SealedSession } from './sealed-session.ts';
import type { Talk } from './talk.ts';

/** A message of this type, or a refusal. */
type Said<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type | 'refusal' }>;

/** Makes the host known by its public key. The token leaves this machine here and only here. */
export async function sayRegister(talk: Talk, token: string, publicKey: string): Promise<Said<'registered'>> {
  const { answers } = await talk.ask(() => [{ type: 'register', token, public_key: publicKey }]);
  return only('registered', answers);
}

export type Enrolling = {
  readonly host: string;
  readonly privateKey: KeyObject;
  readonly channelKey: KeyObject;
};

/** Proves the host key and enrols the channel key, at once. */
export async function sayVerify(talk: Talk, token: string, enrolling: Enrolling): Promise<Said<'verified'>> {
  const { answers } = await talk.ask(({ transcript }) => [
    { type: 'verify', token, ...enrolment(transcript, enrolling) },
  ]);
  return only('verified', answers);
}

/** Enrols the channel key of a host that is verified already. */
export async function sayEnrol(talk: Talk, enrolling: Enrolling): Promise<Said<'enrolled'>> {
  const { answers } = await talk.ask(({ transcript }) => [
    { type: 'enrol', ...enrolment(transcript, enrolling) },
  ]);
  return only('enrolled', answers);
}

/** Puts this channel key in the place of the one that the session was proved with. */
export async function sayRotate(
  session: SealedSession,
  host: string,
  next: KeyObject,
): Promise<Said<'key_rotated'>> {
  const nextText = signingPublicText(next);
  const text = rotationText(host, signingPublicText(session.channelKey), nextText);
  const rotateKey = {
    type: 'rotate_key',
    channel_key: nextText,
    old_signature: signFor('channel key', session.channelKey, text),
    new_signature: signFor('channel key', next, text),
  };
  return only('key_rotated', await session.ask([rotateKey]));
}

function enrolment(transcript: Buffer, { host, privateKey, channelKey }: Enrolling) {
  const channelText = signingPublicText(channelKey);
  const proof = signPss(privateKey, enrolmentText({ transcript, host, channelKey: channelText }));
  return { host, channel_key: channelText, proof };
}

/** The one answer that there must be. */
export function only<Type extends ServerMessage['type']>(
  type: Type,
  answers: readonly ServerMessage[],
): Said<Type> {
  const answer = answers.find((message) => message.type === type || message.type === 'refusal');
  if (answer === undefined) throw trouble('answer', `the server says nothing to a request for "${type}"`);
  return answer as Said<Type>;
}
