import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { repeatedOption } from '@remotes/protocol/screen/repeated-option';
import type { Config } from './config.ts';
import { exitStatus } from './exit-status.ts';
import { type OutputFormat, readFormat } from './screen/format.ts';
import { isTrouble, usageTrouble } from './trouble.ts';

export type CommandShape = {
  readonly name: string;
  readonly help: string;
  /** What it can do, by the first word; '' stands for none of these words, and is `list` where it is not there. */
  readonly actions: Readonly<Record<string, Action>>;
};

export type Action = {
  /** The words it takes, by what they stand for; a last one with an ellipsis stands for one or more, in brackets for none too. */
  readonly takes?: readonly string[];
  readonly options?: Options;
  /** Words after `--` are a program, not words of ours. */
  readonly hasProgram?: true;
  run(given: Given): Promise<number>;
};

/** `stands`: what a value of it names, for completion. */
export type Options = Readonly<Record<string, ParseArgsOptionsConfig[string] & { readonly stands?: string }>>;

/** What an action was given: options by name, and its words. */
export type Given = {
  readonly values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly words: readonly string[];
  /** What stood after `--`; undefined when there was none. */
  readonly program: readonly string[] | undefined;
  readonly format: OutputFormat;
  readonly config: Config;
};

/** Options that every action takes. */
export const commonOptions = {
  server: { type: 'string', stands: 'SERVER' },
  json: { type: 'boolean' },
  output: { type: 'string', short: 'o', stands: 'FORMAT' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies Options;

/** Reads the command line as the command says and does what is asked; answers the exit status. */
export async function runCommand(
  { name, help, actions }: CommandShape,
  args: readonly string[],
  config: Config,
): Promise<number> {
  const { values, words, program } = parse(args, actions);
  if (values.help === true) {
    console.log(help);
    return exitStatus.done;
  }
  const [actionName, action, rest] = chooseAction(actions, words);
  const more = program && !action.hasProgram ? [...rest, ...program] : rest;
  checkUse(`${name} ${actionName}`.trim(), action, values, more);
  const given = { values, words: more, program: action.hasProgram ? program : undefined, config };
  return action.run({ ...given, format: readFormat(values) });
}

function parse(args: readonly string[], actions: CommandShape['actions']) {
  const options: Options = Object.assign(
    {},
    commonOptions,
    ...Object.values(actions).map((action) => action.options),
  );
  const end = args.indexOf('--');
  const before = end < 0 ? args : args.slice(0, end);
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...before],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { stands: _stands, ...option }]) => [name, option]),
      ),
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const repeated = repeatedOption(options, tokens);
    if (repeated !== undefined) throw usageTrouble(repeatedText(repeated));
    const program = end < 0 ? undefined : args.slice(end + 1);
    return { values: values as Given['values'], words: positionals, program };
  } catch (thrown) {
    throw isTrouble(thrown) ? thrown : usageTrouble((thrown as Error).message);
  }
}

function repeatedText(name: string): string {
  const advice = name === 'where' ? ': join the filters with "and" or "or"' : '';
  return `--${name} can be given once, and is given twice${advice}.`;
}

function chooseAction(
  actions: CommandShape['actions'],
  words: readonly string[],
): [name: string, action: Action, rest: readonly string[]] {
  const [first = '', ...rest] = words;
  const named = Object.hasOwn(actions, first) ? actions[first] : undefined;
  if (named && first !== '') return [first, named, rest];
  const usual = usualAction(actions);
  if (usual && (usual.takes || words.length === 0)) return ['', usual, words];
  const known = Object.keys(actions).filter(Boolean);
  if (known.length === 0) throw usageTrouble(`It takes no words, and "${first}" is one.`);
  const asked = first === '' ? 'What it is to do is missing' : `It cannot "${first}"`;
  throw usageTrouble(`${asked}: it knows ${known.join(', ')}.`);
}

/** What is meant when no verb stands there. */
export function usualAction(actions: CommandShape['actions']): Action | undefined {
  return actions[''] ?? actions.list;
}

function checkUse(name: string, action: Action, values: Given['values'], words: readonly string[]): void {
  const foreign = Object.keys(values).find(
    (option) => !Object.hasOwn(commonOptions, option) && !Object.hasOwn(action.options ?? {}, option),
  );
  if (foreign !== undefined) throw usageTrouble(`--${foreign} means nothing to "${name}".`);
  const takes = action.takes ?? [];
  const last = takes.at(-1) ?? '';
  const least = takes.filter((word) => !word.startsWith('[')).length;
  const most = last.includes('…') ? Number.POSITIVE_INFINITY : takes.length;
  if (words.length >= least && words.length <= most) return;
  const wanted = takes.length === 0 ? 'no words' : takes.join(' ');
  const got = words.length === 0 ? 'nothing' : `"${words.join(' ')}"`;
  throw usageTrouble(`"${name}" takes ${wanted}, not ${got}.`);
}
