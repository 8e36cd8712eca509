import type { KeyObject } from 'node:crypto';
import { type FernetKey, fernetKeyOfUuid, sealFernet } from '@remotes/protocol/crypto/fernet';
import type { Context } from '../context.ts';
import { commandUrl, endpointUrl, serverUrl } from '../endpoints.ts';
import { openToken, openUuid } from '../host-identity.ts';
import type { Question } from '../network/server.ts';
import type { ServerAnswer } from '../network/server-answer.ts';
import { loadPrivateKey } from '../private-key.ts';
import type { RunTexts } from './run-texts.ts';

/** The server, asked in the name of this host. Each question throws a trouble when there is no answer. */
export type HostSession = {
  readonly uuid: string;
  readonly serverUrl: string;
  readonly privateKey: KeyObject;
  /** Whether its last answer was that of a Remotes server, which takes more than v1 knows. */
  readonly isRemotes: () => boolean;
  readonly list: (signal?: AbortSignal) => Promise<ServerAnswer>;
  readonly get: (id: number) => Promise<ServerAnswer>;
  readonly post: (id: number, texts: RunTexts, signal?: AbortSignal) => Promise<ServerAnswer>;
};

/** Throws a trouble when the settings don't hold a verified host. */
export async function openHostSession(context: Context): Promise<HostSession> {
  const { server, settings } = context;
  for (const name of ['commands_list', 'command_get', 'command_post']) endpointUrl(settings, name);
  const privateKey = loadPrivateKey(context);
  const uuid = openUuid(settings, privateKey);
  const token = openToken(settings, privateKey);
  const key: FernetKey = fernetKeyOfUuid(uuid);
  let isRemotes = false;
  const ask = async (question: Omit<Question, 'token'>) => {
    const answer = await server.ask({ ...question, token });
    isRemotes = answer.isRemotes;
    return answer;
  };
  return Object.freeze({
    uuid,
    serverUrl: serverUrl(settings).href,
    privateKey,
    isRemotes: () => isRemotes,
    list: (signal?: AbortSignal) =>
      ask({ method: 'GET', url: endpointUrl(settings, 'commands_list'), signal }),
    get: (id: number) => ask({ method: 'GET', url: commandUrl(settings, 'command_get', id) }),
    post: (id: number, texts: RunTexts, signal?: AbortSignal) =>
      ask({
        method: 'POST',
        url: commandUrl(settings, 'command_post', id),
        body: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, sealFernet(key, text)])),
        signal,
      }),
  });
}
