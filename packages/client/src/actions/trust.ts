import { existsSync, rmSync } from 'node:fs';
import { countUntoldOfV1 } from '../agent/worker.ts';
import type { Context } from '../context.ts';
import { openUuid } from '../host-identity.ts';
import { isFingerprint, type Pin, pinChanges, readPin } from '../pin.ts';
import { loadPrivateKey } from '../private-key.ts';
import { channelKeyPath, ensureChannelKey } from '../session/channel-key.ts';
import { sayEnrol } from '../session/enrolment.ts';
import { trouble } from '../trouble.ts';
import { showRefusal } from './show-refusal.ts';
import { meetServer, pinJson } from './trusted-server.ts';

/**
 * Brings a host of v1 over to the sealed protocol: the server proves the key with this fingerprint, the host enrols a
 * channel key, and the server is pinned. A pin that is there already must lead to the same server, unless --force is said.
 */
export async function trustServer(context: Context): Promise<number> {
  const { flags, settings, print, say } = context;
  if (!isFingerprint(flags.fingerprint ?? ''))
    throw trouble(
      'usage',
      'fingerprint must be the 43 characters that "remotes-server keys show" says of the signing key',
    );
  const pin = flags.isForced ? undefined : readPin(settings);
  const privateKey = loadPrivateKey(context);
  const host = openUuid(settings, privateKey);
  settings.tryChanging();
  if (pin === undefined && !flags.isForced) await refuseWithUntold(context, host);
  const talk = await meetServer(context, { pin, fingerprint: flags.fingerprint });
  const path = channelKeyPath(settings);
  const isNew = !existsSync(path);
  const enrolled = await sayEnrol(talk, { host, privateKey, channelKey: ensureChannelKey(path) });
  if (enrolled.type === 'refusal') {
    // Only then is it certain that the server never took it.
    if (isNew && enrolled.code === 'channel_key_enrolled') rmSync(path, { force: true });
    return showRefusal(context, enrolled);
  }
  settings.change([['host', 'channel_key', path], ...pinChanges(talk.pin())]);
  print(JSON.stringify({ status: 'OK', ...pinJson(talk.pin()) }));
  say(pin === undefined ? comeOver(settings.path) : pinnedBefore(pin, talk.pin(), isNew, settings.path));
  return 0;
}

/** What v1 has given cannot be reported by the sealed protocol, and v1 will be closed. */
async function refuseWithUntold(context: Context, host: string): Promise<void> {
  const count = await countUntoldOfV1(context, host);
  if (count > 0)
    throw trouble(
      'order',
      `${count} result(s) of earlier runs wait in the journal, and only v1 can deliver them: run --action=commands_process until it ends with 0, then trust`,
    );
}

function comeOver(path: string): string {
  return `done: ${path} pins this server, and this host speaks v1 with it no more`;
}

function pinnedBefore(old: Pin, now: Pin, isNew: boolean, path: string): string {
  const pinned =
    now.signingKey === old.signingKey
      ? 'this server was pinned already'
      : `this server was pinned already, and ${path} now names its present key`;
  return `${pinned}; ${isNew ? 'a new channel key of this host is enrolled' : "this host's channel key is enrolled"}`;
}
