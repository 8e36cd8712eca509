import { expect, test } from 'vitest';
import { cutOutput } from '../../src/domain/output-cut.ts';

test('output up to the limit is kept whole', () => {
  const bytes = Buffer.from('0123456789');
  expect(cutOutput(bytes, 10)).toEqual({ parts: [bytes], cutBytes: 0 });
  expect(cutOutput(Buffer.alloc(0), 10)).toEqual({ parts: [], cutBytes: 0 });
});

test('of longer output the beginning and the end are kept, and the cut is stated', () => {
  const kept = cutOutput(Buffer.from('0123456789abc'), 10);
  expect(kept.cutBytes).toBe(3);
  expect(kept.parts.map(String)).toEqual([
    '01234',
    '\n[3 bytes left out: the limit is 10 bytes a run]\n',
    '89abc',
  ]);
});
