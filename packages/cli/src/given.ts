import type { Given } from './command.ts';
import { usageTrouble } from './trouble.ts';

type Values = Pick<Given, 'values'>;

export function readText({ values }: Values, option: string): string | undefined {
  const value = values[option];
  return typeof value === 'string' ? value : undefined;
}

/** Of an option that may be given several times. */
export function readTexts({ values }: Values, option: string): readonly string[] {
  const value = values[option];
  return Array.isArray(value) ? value : [];
}

export function isGiven({ values }: Values, option: string): boolean {
  return values[option] === true;
}

/** A whole number given as an option; undefined when it is not given. */
export function readCount(given: Values, option: string, least = 1): number | undefined {
  const written = readText(given, option);
  if (written === undefined) return undefined;
  const count = /^\d+$/.test(written) ? Number(written) : Number.NaN;
  if (count >= least && count <= 2 ** 31 - 1) return count;
  throw usageTrouble(`--${option} must be a whole number from ${least} up, not "${written}".`);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A time given as an option in seconds, or as `90s`, `30m`, `12h`, `7d`. */
export function readSeconds(given: Values, option: string): number | undefined {
  const written = readText(given, option);
  if (written === undefined) return undefined;
  const [, count, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(written) ?? [];
  const seconds = Number(count) * unitSeconds[unit]!;
  if (seconds >= 1) return seconds;
  throw usageTrouble(`--${option} must be seconds, or a time such as 90s, 30m, 12h or 7d, not "${written}".`);
}
