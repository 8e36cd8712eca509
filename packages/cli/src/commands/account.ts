import { accountRoutes } from '@remotes/protocol/operators/account';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { type Answers, askNewPassword, openAnswers } from '../screen/answers.ts';
import { write } from '../screen/write.ts';
import { confirm, withConfirmation } from './confirmation.ts';

const stdin = { 'password-stdin': { type: 'boolean' } } as const;

export const account: CommandShape = {
  name: 'account',
  help: `Usage: remotes account password
       remotes account totp | totp-remove | recovery-codes
       remotes account confirm

Your own account. Changes of accounts and tokens want your password again, at most ten minutes before: it is asked for when it
is wanted, or with "confirm".

  password        changes your password; your other sessions end
  totp            begins to use one-time codes as a second factor, and prints ten recovery codes
  totp-remove     uses them no more
  recovery-codes  prints ten new ones; the former ones are worth nothing any more
  confirm         shows your password (and second factor) again

  --password-stdin    the answers come from standard input, a line each, in the order of the questions`,
  actions: {
    password: { options: stdin, run: changePassword },
    totp: { options: stdin, run: beginTotp },
    'totp-remove': { run: removeTotp },
    'recovery-codes': { run: renewCodes },
    confirm: { options: stdin, run: confirmNow },
  },
};

async function changePassword(given: Given): Promise<number> {
  const api = connect(given);
  return withAnswers(given, async (answers) => {
    const password = await askNewPassword(answers);
    await withConfirmation(
      api,
      () => api.ask(accountRoutes.account_password, { body: { password } }),
      answers,
    );
    await write('The password was changed; your other sessions have ended.\n');
    return exitStatus.done;
  });
}

async function beginTotp(given: Given): Promise<number> {
  const api = connect(given);
  return withAnswers(given, async (answers) => {
    const { answer } = await withConfirmation(api, () => api.ask(accountRoutes.totp_begin, {}), answers);
    await write(`Give your app this secret: ${answer.secret}\n${answer.url}\n`);
    const code = (await answers.ask('The code that it shows: ')).trim();
    const { answer: codes } = await api.ask(accountRoutes.totp_confirm, { body: { code } });
    return showCodes(codes.recovery_codes);
  });
}

async function removeTotp(given: Given): Promise<number> {
  const api = connect(given);
  await withConfirmation(api, () => api.ask(accountRoutes.totp_remove, {}));
  return exitStatus.done;
}

async function renewCodes(given: Given): Promise<number> {
  const api = connect(given);
  const { answer } = await withConfirmation(api, () => api.ask(accountRoutes.recovery_codes, {}));
  return showCodes(answer.recovery_codes);
}

async function confirmNow(given: Given): Promise<number> {
  const api = connect(given);
  return withAnswers(given, async (answers) => {
    await confirm(api, answers);
    return exitStatus.done;
  });
}

async function showCodes(codes: readonly string[]): Promise<number> {
  console.error(
    'Recovery codes, each good once in the place of a one-time code. Keep them safe: they are not shown again.',
  );
  await write(codes.map((code) => `${code}\n`).join(''));
  return exitStatus.done;
}

async function withAnswers(given: Given, use: (answers: Answers) => Promise<number>): Promise<number> {
  const answers = openAnswers({ isFromLines: isGiven(given, 'password-stdin') });
  try {
    return await use(answers);
  } finally {
    answers.close();
  }
}
