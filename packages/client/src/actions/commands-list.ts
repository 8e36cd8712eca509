import type { Context } from '../context.ts';
import { endpointUrl, serverUrl } from '../endpoints.ts';
import { openToken } from '../host-identity.ts';
import { loadPrivateKey } from '../private-key.ts';
import { openSealedSession } from '../session/sealed-session.ts';
import { showAnswer, tokenHint } from './show-answer.ts';

/** Asks what this host is still to execute. */
export async function listCommands(context: Context): Promise<number> {
  const { server, settings } = context;
  const sealed = await openSealedSession(context);
  if (sealed !== undefined) {
    const { listSealed } = await import('../agent/sealed-list.ts');
    return showAnswer(context, await listSealed(sealed, serverUrl(settings).href));
  }
  const url = endpointUrl(settings, 'commands_list');
  const token = openToken(settings, loadPrivateKey(context));
  const answer = await server.ask({ method: 'GET', url, token });
  return showAnswer(context, answer, tokenHint(answer, 'host'));
}
