import type { ServerAnswer } from '../network/server-answer.ts';
import type { SealedSession } from '../session/sealed-session.ts';
import { trouble } from '../trouble.ts';
import { inV1Shape, refusedList } from './v1-shape.ts';

/** What is due, in the shape of v1's list. Nothing is given by it. */
export async function listSealed(sealed: SealedSession, serverUrl: string): Promise<ServerAnswer> {
  const answers = await sealed.ask([{ type: 'commands_list' }]);
  const answer = answers.find(({ type }) => type !== 'stop');
  if (answer?.type === 'commands') return inV1Shape({ status: 'OK', results: answer.results }, serverUrl);
  if (answer?.type === 'refusal') return refusedList(answer, serverUrl);
  throw trouble('answer', 'the server does not say what is due');
}
