import {
  type Action,
  type CommandShape,
  commonOptions,
  type Given,
  type Options,
  usualAction,
} from '../command.ts';
import { commands } from '../commands.ts';
import { namesOf } from '../completion-names.ts';
import { exitStatus } from '../exit-status.ts';
import { write } from '../screen/write.ts';

/** What shells ask: the words of a command line so far, the last one unfinished; answers what it could become, a line each. */
export const complete: CommandShape = {
  name: 'complete',
  help: 'Usage: remotes complete -- WORD…\n\nFor "remotes completion": prints what the last word could become, a line each.',
  actions: { '': { hasProgram: true, run: answer } },
};

async function answer(given: Given): Promise<number> {
  const typed = given.program ?? [];
  const last = typed.at(-1) ?? '';
  const found = await candidates(given, typed.slice(0, -1), last);
  const fitting = found.filter((word) => word.startsWith(last) && word !== '');
  await write(fitting.map((word) => `${word}\n`).join(''));
  return exitStatus.done;
}

async function candidates(given: Given, before: readonly string[], last: string): Promise<readonly string[]> {
  const [name, ...words] = before;
  if (name === undefined || name === 'help')
    return [...Object.keys(commands).filter((known) => commands[known]?.summary !== undefined), 'help'];
  const known = commands[name];
  // What follows "--" is a program of the hosts.
  if (!known || words.includes('--')) return [];
  const shape = await known.load();
  const [action, rest] = chooseAction(shape, words);
  const options: Options = { ...commonOptions, ...action?.options };
  const waiting = optionNamed(options, words.at(-1) ?? '');
  if (waiting && waiting.type === 'string') return namesOf(given, waiting.stands ?? '');
  if (last.startsWith('-')) return Object.keys(options).map((option) => `--${option}`);
  const verbs =
    rest.length === 0 && action === usualAction(shape.actions)
      ? Object.keys(shape.actions).filter(Boolean)
      : [];
  return [...verbs, ...(await namesOf(given, placeOf(action, rest, options)))];
}

function chooseAction(
  { actions }: CommandShape,
  words: readonly string[],
): [Action | undefined, readonly string[]] {
  const [first = '', ...rest] = words;
  const named = first !== '' && Object.hasOwn(actions, first) ? actions[first] : undefined;
  return named ? [named, rest] : [usualAction(actions), words];
}

function optionNamed(options: Options, word: string): Options[string] | undefined {
  if (word.startsWith('--')) return options[word.slice(2)];
  return word.startsWith('-')
    ? Object.values(options).find(({ short }) => short === word.slice(1))
    : undefined;
}

/** What the word that comes next stands for. */
function placeOf(action: Action | undefined, words: readonly string[], options: Options): string {
  const takes = action?.takes ?? [];
  const plain = words.filter((word, index) => {
    const former = optionNamed(options, words[index - 1] ?? '');
    return !word.startsWith('-') && former?.type !== 'string';
  });
  const last = takes.at(-1) ?? '';
  const place = takes[plain.length] ?? (last.includes('…') ? last : '');
  return place.replace(/[[\]…]/g, '');
}
