import { createInterface } from 'node:readline';
import { trouble, usageTrouble } from '../trouble.ts';

/**
 * Where answers come from: a terminal, where a secret is typed unseen, or lines of standard input in the order of the
 * questions. Close it when nothing more is asked.
 */
export type Answers = {
  ask(question: string): Promise<string>;
  askSecret(question: string): Promise<string>;
  close(): void;
};

export function openAnswers({ isFromLines }: { readonly isFromLines: boolean }): Answers {
  if (isFromLines) return fromLines();
  if (!process.stdin.isTTY)
    throw trouble(
      'usage',
      'There is no terminal to ask at: give the answers on standard input, with --password-stdin.',
    );
  return { ask: askLine, askSecret: askUnseen, close: () => {} };
}

/** A password that is to be: asked for twice, as nobody sees what is typed. */
export async function askNewPassword(answers: Answers): Promise<string> {
  const password = await answers.askSecret('New password (12 characters or more): ');
  const isRepeated = (await answers.askSecret('The same again: ')) === password;
  if (!isRepeated) throw usageTrouble('The two passwords differ: nothing was done.');
  return password;
}

/** A question that is answered with y or n; false where nobody can be asked. */
export async function askYesOrNo(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  return /^y(es)?$/i.test((await askLine(`${question} [y/N] `)).trim());
}

function fromLines(): Answers {
  const reader = createInterface({ input: process.stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  const next = async (question: string) => {
    const { value, done } = await lines.next();
    if (!done) return String(value);
    throw trouble('usage', `Standard input has ended; wanted is: ${question.replace(/[:\s]+$/, '')}.`);
  };
  return { ask: next, askSecret: next, close: () => reader.close() };
}

function askLine(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve, reject) => {
    reader.on('SIGINT', () => finish(() => reject(trouble('interrupted', ''))));
    reader.on('close', () => reject(trouble('usage', 'No answer was given.')));
    reader.question(question, (answer) => finish(() => resolve(answer)));
    const finish = (settle: () => void) => {
      settle();
      reader.close();
    };
  });
}

/** Nothing of what is typed is shown, not even its length. */
function askUnseen(question: string): Promise<string> {
  const { stdin, stderr } = process;
  let typed = '';
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      stdin.off('data', onData).setRawMode(false).pause();
      stderr.write('\n');
      settle();
    };
    const onData = (part: Buffer) => {
      for (const key of part.toString('utf8')) {
        if (key === '\r' || key === '\n') return finish(() => resolve(typed));
        if (key === '\u0003') return finish(() => reject(trouble('interrupted', '')));
        if (key === '\u0004') return finish(() => reject(trouble('usage', 'No answer was given.')));
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    // Before the question: whoever types at once is not shown either.
    stdin.setRawMode(true).resume().on('data', onData);
    stderr.write(question);
  });
}
