import { sessionsRoutes } from '@remotes/protocol/operators/sessions';
import type { Api } from '../api/api.ts';
import { type Answers, openAnswers } from '../screen/answers.ts';
import { isProblem, trouble } from '../trouble.ts';

/** Does it; where the server wants to see the password again, asks for it and does it once more. */
export async function withConfirmation<Result>(
  api: Api,
  act: () => Promise<Result>,
  answers?: Answers,
): Promise<Result> {
  try {
    return await act();
  } catch (thrown) {
    if (!isProblem(thrown, 'confirmation_wanted')) throw thrown;
    if (answers) await confirm(api, answers);
    else await confirmOnTerminal(api);
    return act();
  }
}

/** Shows password and, where there is one, the second factor again. */
export async function confirm(api: Api, answers: Answers): Promise<void> {
  const password = await answers.askSecret('Your password: ');
  try {
    await api.ask(sessionsRoutes.session_confirm, { body: { password } });
  } catch (thrown) {
    if (!isProblem(thrown, 'second_factor_wanted')) throw thrown;
    const code = (await answers.askSecret('Code of the second factor: ')).trim();
    await api.ask(sessionsRoutes.session_confirm, { body: { password, code } });
  }
}

async function confirmOnTerminal(api: Api): Promise<void> {
  if (!process.stdin.isTTY)
    throw trouble(
      'refused',
      'This wants your password again: run "remotes account confirm --password-stdin" first; it is good for ten minutes.',
    );
  const answers = openAnswers({ isFromLines: false });
  try {
    await confirm(api, answers);
  } finally {
    answers.close();
  }
}
