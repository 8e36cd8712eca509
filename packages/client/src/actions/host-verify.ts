import type { KeyObject } from 'node:crypto';
import { decryptOaep, signPss } from '@remotes/protocol/crypto/rsa';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { openUuid } from '../host-identity.ts';
import { notRemotes, type ServerAnswer } from '../network/server-answer.ts';
import { loadPrivateKey } from '../private-key.ts';
import { readRegistrationToken } from '../registration-token.ts';
import { isForSealed } from './host-register.ts';
import { showAnswer, tokenHint } from './show-answer.ts';

/** Proves that this host holds its key, and fetches the token with which it will ask from now on. */
export async function verifyHost(context: Context): Promise<number> {
  const { settings } = context;
  endpointUrl(settings, 'discover');
  const privateKey = loadPrivateKey(context);
  openUuid(settings, privateKey);
  settings.tryChanging();
  const token = await readRegistrationToken(context);
  if (isForSealed(context, token))
    return (await import('./host-verify-sealed.ts')).verifySealed(context, privateKey, token);
  return verify(context, privateKey, token);
}

export async function verify(context: Context, privateKey: KeyObject, token: string): Promise<number> {
  const { server, settings } = context;
  const url = endpointUrl(settings, 'host_verify');
  // Salted anew each time: a server refuses a signature that it has seen before.
  const body = { uuid: openUuid(settings, privateKey), encrypted: signPss(privateKey, 'OK') };
  const answer = await server.ask({ method: 'POST', url, token, body });
  const code = showAnswer(context, answer, tokenHint(answer, 'registration'));
  if (code === 0) settings.change(verifyChanges(answer, privateKey));
  return code;
}

/** What the settings file keeps of a verify answer: the token as received, sealed, once it is known to open. */
function verifyChanges(answer: ServerAnswer, privateKey: KeyObject) {
  const { encrypted } = answer.fields;
  if (typeof encrypted !== 'string' || decryptOaep(privateKey, encrypted) === undefined)
    throw notRemotes(answer, "a token that this host's key opens");
  return [['host', 'token', encrypted.replace(/\s/g, '')]] as const;
}
