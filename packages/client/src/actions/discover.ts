import type { Context } from '../context.ts';
import { endpointUrl, isAtServer, serverUrl } from '../endpoints.ts';
import { notRemotes, oneLine, type ServerAnswer } from '../network/server-answer.ts';
import { readPin } from '../pin.ts';
import type { SettingsChange } from '../settings-file.ts';
import { showAnswer } from './show-answer.ts';

/** Asks the server where everything else is, and keeps that. */
export async function discoverServices(context: Context): Promise<number> {
  const answer = await askDiscover(context);
  const code = showAnswer(context, answer);
  if (code === 0) context.settings.change(discoverChanges(context, answer));
  return code;
}

export async function askDiscover({ server, settings }: Context): Promise<ServerAnswer> {
  return server.ask({ method: 'GET', url: endpointUrl(settings, 'discover') });
}

/**
 * Every endpoint that the server names, also those that this client has no use for. Nobody vouches for this answer, so of
 * a server that is pinned, or named by a token or fingerprint, the sealed protocol is spoken at its own address or nowhere.
 */
export function discoverChanges(
  { say, settings }: Context,
  answer: ServerAnswer,
  isNamed = readPin(settings) !== undefined,
): SettingsChange[] {
  const { endpoints } = answer.fields;
  if (typeof endpoints !== 'object' || endpoints === null || Array.isArray(endpoints))
    throw notRemotes(answer, 'endpoints');
  return Object.entries(endpoints).flatMap(([name, path]) => {
    const isKept =
      !isNamed ||
      ![...sealedNames, 'channel'].includes(name.toLowerCase()) ||
      isAtServer(settings, String(path));
    if (!isKept) {
      say(
        `the address that was named for ${name} is not at ${serverUrl(settings).origin}: it was passed over`,
      );
      return [];
    }
    if (/^[\w.-]+$/.test(name) && typeof path === 'string')
      return [['endpoints', name.toLowerCase(), path] as const];
    say(`the endpoint "${oneLine(name)}" can't be kept in a settings file and was left out`);
    return [];
  });
}

/** Where the sealed protocol is spoken. */
export const sealedNames = ['handshake', 'messages'];
