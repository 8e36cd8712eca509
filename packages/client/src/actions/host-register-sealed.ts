import type { Context } from '../context.ts';
import { pinChanges } from '../pin.ts';
import { sayRegister } from '../session/enrolment.ts';
import type { Talk } from '../session/talk.ts';
import type { SettingsChange } from '../settings-file.ts';
import { showRefusal } from './show-refusal.ts';
import { meetServerOfToken, pinJson } from './trusted-server.ts';

/** Makes this host known to the server that the token or the pin names, and to no other; pins it. */
export async function registerSealed(context: Context, publicPem: string, token: string): Promise<number> {
  const talk = await meetServerOfToken(context, token);
  const registered = await sayRegister(talk, token, publicPem);
  if (registered.type === 'refusal') return showRefusal(context, registered);
  context.settings.change(registeredChanges(talk, registered));
  context.print(JSON.stringify({ status: 'OK', encrypted: registered.encrypted, ...pinJson(talk.pin()) }));
  return 0;
}

/** The uuid as received, sealed, and the server that gave it. */
export function registeredChanges(talk: Talk, { encrypted }: { encrypted: string }): SettingsChange[] {
  return [['host', 'uuid', encrypted.replace(/\s/g, '')], ...pinChanges(talk.pin())];
}
