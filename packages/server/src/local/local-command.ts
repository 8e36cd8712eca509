import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { isRefusal } from '@remotes/protocol/errors';
import { repeatedOption } from '@remotes/protocol/screen/repeated-option';
import { readStoreConfig, type StoreConfig, storeOptions } from '../config.ts';
import type { LocalCommand } from '../main.ts';

export type LocalCommandShape = {
  readonly name: string;
  readonly help: string;
  /** What it can do, by the first word; '' stands for none of these words. */
  readonly actions: Readonly<Record<string, Action>>;
};

type Action = {
  /** The words it takes, by what they stand for; a last one with an ellipsis stands for one or more. */
  readonly takes?: readonly string[];
  readonly options?: ParseArgsOptionsConfig;
  run(given: Given): Promise<number>;
};

/** What an action was given: options by name, and its words. */
export type Given = {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly words: readonly string[];
  readonly isJson: boolean;
  readonly store: StoreConfig;
};

/** Options that every action takes. */
const commonOptions = {
  ...storeOptions,
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig;

/** Makes a command of administration: it explains itself, and says in one sentence what it did not understand. */
export function localCommand({ name, help, actions }: LocalCommandShape): LocalCommand {
  return async (args, environment) => {
    endQuietlyWhenNobodyReads();
    try {
      const { values, words } = parse(args, actions);
      if (values.help === true) {
        console.log(help);
        return 0;
      }
      const [actionName, action, rest] = chooseAction(actions, words);
      checkUse([name, actionName].join(' ').trim(), action, values, rest);
      const store = readStoreConfig(values as TextValues, environment);
      return await action.run({ values, words: rest, isJson: values.json === true, store });
    } catch (trouble) {
      if (isUsageError(trouble)) {
        console.error(`${trouble.message}\n"remotes-server ${name} --help" explains it.`);
        return 2;
      }
      // What the database refuses it says in a sentence of its own.
      if (!isRefusal(trouble)) throw trouble;
      console.error(trouble.sentence);
      return 1;
    }
  };
}

/** The command line cannot be understood. */
export function usageError(sentence: string): Error {
  return Object.assign(new Error(sentence), { code: 'usage' });
}

/** A whole number given as an option; undefined when it is not given. */
export function readCount({ values }: Given, option: string, least = 1): number | undefined {
  const written = values[option];
  if (written === undefined) return undefined;
  const count = /^\d+$/.test(String(written)) ? Number(written) : Number.NaN;
  if (count >= least && count <= 2 ** 31 - 1) return count;
  throw usageError(`--${option} must be a whole number from ${least} up, not "${written}".`);
}

/** `| head` closes its end when it has seen enough: that is no fault. */
function endQuietlyWhenNobodyReads(): void {
  process.stdout.on('error', (trouble: NodeJS.ErrnoException) => {
    if (trouble.code === 'EPIPE') process.exit();
    throw trouble;
  });
}

type TextValues = Readonly<Record<string, string | boolean | undefined>>;

function parse(
  args: readonly string[],
  actions: LocalCommandShape['actions'],
): Pick<Given, 'values' | 'words'> {
  const options = Object.assign({}, commonOptions, ...Object.values(actions).map((action) => action.options));
  const parsed = readOptions(args, options);
  const repeated = repeatedOption(options, parsed.tokens);
  if (repeated !== undefined) throw usageError(`--${repeated} can be given once, and is given twice.`);
  return { values: parsed.values as Given['values'], words: parsed.positionals };
}

function readOptions(args: readonly string[], options: ParseArgsOptionsConfig) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true, tokens: true });
  } catch (trouble) {
    throw usageError((trouble as Error).message);
  }
}

function chooseAction(
  actions: LocalCommandShape['actions'],
  words: readonly string[],
): [name: string, action: Action, rest: readonly string[]] {
  const [first = '', ...rest] = words;
  const named = Object.hasOwn(actions, first) ? actions[first] : undefined;
  if (named) return [first, named, rest];
  const usual = actions[''];
  if (usual && (usual.takes || words.length === 0)) return ['', usual, words];
  const known = Object.keys(actions).filter(Boolean);
  if (known.length === 0) throw usageError(`It takes no words, and "${first}" is one.`);
  const asked = first === '' ? 'What it is to do is missing' : `It cannot "${first}"`;
  throw usageError(`${asked}: it knows ${known.join(', ')}.`);
}

function checkUse(name: string, action: Action, values: Given['values'], words: readonly string[]): void {
  const foreign = Object.keys(values).find(
    (option) => !Object.hasOwn(commonOptions, option) && !Object.hasOwn(action.options ?? {}, option),
  );
  if (foreign !== undefined) throw usageError(`--${foreign} means nothing to "${name}".`);
  const takes = action.takes ?? [];
  const isOpenEnded = takes.at(-1)?.endsWith('…') === true;
  if (words.length >= takes.length && (isOpenEnded || words.length === takes.length)) return;
  const wanted = takes.length === 0 ? 'no words' : takes.join(' ');
  throw usageError(
    `"${name}" takes ${wanted}, not ${words.length === 0 ? 'nothing' : `"${words.join(' ')}"`}.`,
  );
}

function isUsageError(trouble: unknown): trouble is Error {
  return trouble instanceof Error && (trouble as { code?: unknown }).code === 'usage';
}
