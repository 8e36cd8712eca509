import type { KeyObject } from 'node:crypto';
import { type FernetKey, fernetKeyOfUuid, sealFernet } from '@remotes/protocol/crypto/fernet';
import type { Context } from '../context.ts';
import { commandUrl, endpointUrl, serverUrl } from '../endpoints.ts';
import { openToken, openUuid } from '../host-identity.ts';
import type { ServerAnswer } from '../network/server-answer.ts';
import { loadPrivateKey } from '../private-key.ts';
import type { RunTexts } from './run-texts.ts';

/** The server, asked in the name of this host. Each question throws a trouble when there is no answer. */
export type HostSession = {
  readonly uuid: string;
  readonly serverUrl: string;
  readonly privateKey: KeyObject;
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
  return Object.freeze({
    uuid,
    serverUrl: serverUrl(settings).href,
    privateKey,
    list: (signal?: AbortSignal) =>
      server.ask({ method: 'GET', url: endpointUrl(settings, 'commands_list'), token, signal }),
    get: (id: number) => server.ask({ method: 'GET', url: commandUrl(settings, 'command_get', id), token }),
    post: (id: number, { output, result }: RunTexts, signal?: AbortSignal) =>
      server.ask({
        method: 'POST',
        url: commandUrl(settings, 'command_post', id),
        token,
        signal,
        body: { output: sealFernet(key, output), result: sealFernet(key, result) },
      }),
  });
}
