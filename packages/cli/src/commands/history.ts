import type { Given, Options } from '../command.ts';
import { isGiven, readCount } from '../given.ts';

/** Of lists that grow for ever, newest first. */
export const historyOptions = {
  limit: { type: 'string' },
  all: { type: 'boolean' },
} as const satisfies Options;

const usualItems = 50;

/** How many items are wanted. */
export function readLimit(given: Given): number {
  if (isGiven(given, 'all')) return Number.POSITIVE_INFINITY;
  return readCount(given, 'limit') ?? usualItems;
}
