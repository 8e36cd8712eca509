import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readRunEnding } from '../../src/values/run-ending.ts';

/** Endings as clients send them, and what is none. Added to, never edited. */
const recorded = JSON.parse(readFileSync(new URL('../golden/run-endings.json', import.meta.url), 'utf8')) as {
  text: string;
  isRead: boolean;
}[];

describe('the ending of a run', () => {
  test.each(recorded.filter(({ isRead }) => isRead))('is read: $text', ({ text }) => {
    expect(readRunEnding(text)).toEqual(JSON.parse(text));
  });

  test.each(recorded.filter(({ isRead }) => !isRead))('is none: $text', ({ text }) => {
    expect(readRunEnding(text)).toBeUndefined();
  });
});
