import { readRsaPublicKey } from '@remotes/protocol/crypto/rsa';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { readText } from '../files/read-text.ts';
import { notRemotes, type ServerAnswer } from '../network/server-answer.ts';
import { readPin } from '../pin.ts';
import { fingerprintOfToken, readRegistrationToken } from '../registration-token.ts';
import { trouble } from '../trouble.ts';
import { showAnswer, tokenHint } from './show-answer.ts';

/** Makes this host known to the server, by its public key. */
export async function registerHost(context: Context): Promise<number> {
  const { settings, print, say } = context;
  if (settings.get('host', 'uuid') !== undefined) {
    print(JSON.stringify({ status: 'ERROR', message: 'Host UUID already set' }));
    return 1;
  }
  endpointUrl(settings, 'discover');
  const publicPem = readPublicKey(context);
  settings.tryChanging();
  const token = await readRegistrationToken(context);
  if (isForSealed(context, token))
    return (await import('./host-register-sealed.ts')).registerSealed(context, publicPem, token);
  const answer = await askRegister(context, publicPem, token);
  const code = showAnswer(context, answer, tokenHint(answer, 'registration'));
  if (code === 0) settings.change(registerChanges(answer));
  if (code === 0) say(unpinned);
  return code;
}

/** Who is pinned, or named by the token, must prove itself, so v1 will not do. */
export function isForSealed({ settings }: Context, token: string): boolean {
  return fingerprintOfToken(token) !== undefined || readPin(settings) !== undefined;
}

export const unpinned =
  "the token names no key of the server, which therefore can't prove itself: nothing is pinned, and this host speaks v1";

export async function askRegister(
  { server, settings }: Context,
  publicPem: string,
  token: string,
): Promise<ServerAnswer> {
  const url = endpointUrl(settings, 'host_register');
  return server.ask({ method: 'POST', url, token, body: { public_key: publicPem } });
}

export function readPublicKey({ settings }: Context): string {
  const path = settings.get('host', 'public_key');
  if (path === undefined)
    throw trouble('order', `${settings.path} names no public key: run --action=generate_keys first`);
  const pem = readText(path, 'the public key');
  if (readRsaPublicKey(pem) === undefined)
    throw trouble('settings', `${path} holds no RSA public key of 2048 to 8192 bits in PEM`);
  return pem;
}

/** What the settings file keeps of a register answer: the uuid as received, sealed. */
export function registerChanges(answer: ServerAnswer) {
  const { encrypted } = answer.fields;
  if (typeof encrypted !== 'string' || encrypted === '') throw notRemotes(answer, 'the uuid of the host');
  return [['host', 'uuid', encrypted.replace(/\s/g, '')]] as const;
}
