import { existsSync } from 'node:fs';
import type { ServerMessage } from '@remotes/protocol/messages';
import { nextChannelKeyOf } from '../channel-key-path.ts';
import type { Context } from '../context.ts';
import { type Channel, openChannel } from '../session/channel.ts';
import { channelKeyPath, promoteChannelKey, readChannelKey } from '../session/channel-key.ts';
import type { ChannelEnding } from '../session/channel-wire.ts';
import { isTrouble, trouble } from '../trouble.ts';
import { type Greeting, greet } from './greeting.ts';
import type { SealedWorker } from './sealed-worker.ts';

export type LiveConnection = { readonly channel: Channel; readonly greeting: Greeting };

/** It ended before this host was welcomed. */
type Turned = { readonly turnedAway: ChannelEnding };

/** Connects and says hello. Throws a trouble when that comes to nothing. */
export async function openLiveConnection(
  context: Context,
  worker: SealedWorker,
  onPush: (message: ServerMessage) => void,
): Promise<LiveConnection | Turned> {
  const path = channelKeyPath(context.settings);
  const next = nextChannelKeyOf(path);
  // Of a rotation whose answer was lost nobody knows which key the server holds.
  if (existsSync(next)) {
    const connection = await unlessUnknown(() => connect(context, worker, next, onPush));
    if (connection !== undefined) {
      if ('channel' in connection) promoteChannelKey(path);
      return connection;
    }
  }
  return connect(context, worker, path, onPush);
}

async function connect(
  context: Context,
  worker: SealedWorker,
  keyPath: string,
  onPush: (message: ServerMessage) => void,
): Promise<LiveConnection | Turned> {
  const channelKey = readChannelKey(keyPath);
  const channel = await openChannel(context, { host: worker.host, channelKey }, onPush, worker.finish);
  try {
    const greeting = await greet({ ...worker, sealed: channel }, []);
    const [refusal] = greeting.answers ?? [];
    if (refusal?.type !== 'refusal') return { channel, greeting };
    throw trouble('answer', `the server refused: ${refusal.sentence}`, { retryAfterSeconds: refusedSeconds });
  } catch (error) {
    if (isTrouble(error) && error.code === 'network' && !channel.isLive())
      return { turnedAway: await channel.ended };
    channel.close();
    throw error;
  }
}

async function unlessUnknown<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isTrouble(error) && error.isProofInvalid) return undefined;
    throw error;
  }
}

/** Whoever is not served asks seldom. */
export const refusedSeconds = 120;
