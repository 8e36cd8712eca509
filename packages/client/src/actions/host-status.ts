import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { openToken } from '../host-identity.ts';
import { loadPrivateKey } from '../private-key.ts';
import { openSealedSession, type SealedSession } from '../session/sealed-session.ts';
import { showAnswer, tokenHint } from './show-answer.ts';

/** Asks who the server takes this host for. */
export async function fetchHostStatus(context: Context): Promise<number> {
  const { server, settings } = context;
  const session = await openSealedSession(context);
  if (session !== undefined) return showSealedStatus(context, session);
  const url = endpointUrl(settings, 'host_status');
  const token = openToken(settings, loadPrivateKey(context));
  const answer = await server.ask({ method: 'GET', url, token });
  return showAnswer(context, answer, tokenHint(answer, 'host'));
}

/** The same question over the sealed protocol, in the same words. */
async function showSealedStatus(context: Context, session: SealedSession): Promise<number> {
  const [{ only }, { showRefusal }] = await Promise.all([
    import('../session/enrolment.ts'),
    import('./show-refusal.ts'),
  ]);
  const said = only('host', await session.ask([{ type: 'host_status' }]));
  if (said.type === 'refusal') return showRefusal(context, said);
  context.print(JSON.stringify(said.answer));
  return 0;
}
