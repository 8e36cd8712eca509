import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { openToken } from '../host-identity.ts';
import { loadPrivateKey } from '../private-key.ts';
import { showAnswer, tokenHint } from './show-answer.ts';

/** Asks what this host is still to execute. */
export async function listCommands(context: Context): Promise<number> {
  const { server, settings } = context;
  const url = endpointUrl(settings, 'commands_list');
  const token = openToken(settings, loadPrivateKey(context));
  const answer = await server.ask({ method: 'GET', url, token });
  return showAnswer(context, answer, tokenHint(answer, 'host'));
}
