import type { Given } from '../command.ts';
import { readText } from '../given.ts';
import { usageTrouble } from '../trouble.ts';

/** An option that takes one of these words. */
export function readChoice<Word extends string>(
  given: Given,
  option: string,
  words: readonly Word[],
): Word | undefined {
  const written = readText(given, option);
  if (written === undefined) return undefined;
  const word = words.find((known) => known === written.replaceAll('-', '_'));
  if (word === undefined) throw usageTrouble(`--${option} takes ${words.join(', ')}, not "${written}".`);
  return word;
}

/** An option that takes yes or no. */
export function readSwitch(given: Given, option: string): boolean | undefined {
  const word = readChoice(given, option, ['yes', 'no']);
  return word === undefined ? undefined : word === 'yes';
}
