import type { KeyObject } from 'node:crypto';
import { decryptOaep } from '@remotes/protocol/crypto/rsa';
import type { Context } from '../context.ts';
import { openUuid } from '../host-identity.ts';
import { pinChanges } from '../pin.ts';
import { channelKeyPath, ensureChannelKey } from '../session/channel-key.ts';
import { sayVerify } from '../session/enrolment.ts';
import type { Talk } from '../session/talk.ts';
import { trouble } from '../trouble.ts';
import { showRefusal } from './show-refusal.ts';
import { meetServerOfToken, pinJson } from './trusted-server.ts';

/** Proves that this host holds its key, enrols its channel key, and pins the server. */
export async function verifySealed(
  context: Context,
  privateKey: KeyObject,
  token: string,
  known?: Talk,
): Promise<number> {
  const { settings, print, say } = context;
  const talk = known ?? (await meetServerOfToken(context, token));
  const path = channelKeyPath(settings);
  const enrolling = { host: openUuid(settings, privateKey), privateKey, channelKey: ensureChannelKey(path) };
  const verified = await sayVerify(talk, token, enrolling);
  if (verified.type === 'refusal') return showRefusal(context, verified);
  const { encrypted, state } = verified;
  if (decryptOaep(privateKey, encrypted) === undefined)
    throw trouble(
      'answer',
      "the server sends a token that this host's key does not open: update the older of the two",
    );
  settings.change([
    ['host', 'token', encrypted.replace(/\s/g, '')],
    ['host', 'channel_key', path],
    ...pinChanges(talk.pin()),
  ]);
  print(JSON.stringify({ status: 'OK', encrypted, state, ...pinJson(talk.pin()) }));
  if (state === 'pending') say('this host waits for an administrator to approve it');
  return 0;
}
