import type { Context } from '../context.ts';
import { trouble } from '../trouble.ts';
import type { SealedSession } from './sealed-session.ts';

export async function openLiveSession({ settings }: Context): Promise<SealedSession> {
  throw trouble('settings', `${settings.path} holds a pin, which this client can't use yet`);
}
