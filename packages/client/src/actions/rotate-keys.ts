import { existsSync } from 'node:fs';
import { signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import { nextChannelKeyOf } from '../channel-key-path.ts';
import type { Context } from '../context.ts';
import { openUuid } from '../host-identity.ts';
import { loadPrivateKey } from '../private-key.ts';
import { channelKeyPath, ensureChannelKey, promoteChannelKey } from '../session/channel-key.ts';
import { sayRotate } from '../session/enrolment.ts';
import { openSealedSession } from '../session/sealed-session.ts';
import { trouble } from '../trouble.ts';
import { showRefusal } from './show-refusal.ts';

/**
 * Puts a new channel key in the place of this host's. The new one is on the disk before the server hears of it, and both
 * are kept until it is known which one the server holds.
 */
export async function rotateKeys(context: Context): Promise<number> {
  const { settings, print, say } = context;
  const session = await openSealedSession(context);
  if (session === undefined)
    throw trouble(
      'order',
      `${settings.path} pins no server, so this host has no channel key: run --action=trust --fingerprint F first`,
    );
  const path = channelKeyPath(settings);
  const hadNext = existsSync(nextChannelKeyOf(path));
  const [refusal] = await session.ask([]);
  if (refusal?.type === 'refusal') return showRefusal(context, refusal);
  if (hadNext && !existsSync(nextChannelKeyOf(path)))
    say('the server had taken the new key at an earlier try, whose answer was lost');
  else {
    const next = ensureChannelKey(nextChannelKeyOf(path));
    const rotated = await sayRotate(session, openUuid(settings, loadPrivateKey(context)), next);
    if (rotated.type === 'refusal') return showRefusal(context, rotated);
    promoteChannelKey(path);
  }
  print(JSON.stringify({ status: 'OK', channel_key: signingKeyFingerprint(ensureChannelKey(path)) }));
  return 0;
}
