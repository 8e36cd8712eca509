import { describe, expect, test } from 'vitest';
import { judgeCheckpoint, readCheckpoint, writeCheckpoint } from '../../src/values/audit-checkpoint.ts';
import { recordOf } from '../crypto/audit-record.ts';

const some = ['a', 'b', 'c'].map((subject) => ({ subject, after: null }));
const { checkpointAt } = recordOf(some);
const at = (size: number) => checkpointAt(size);

test('a checkpoint is read from the header as it was written', () => {
  expect(readCheckpoint(writeCheckpoint(at(2)))).toEqual(at(2));
});

test.each([
  '',
  'x',
  '1:2:3:4:5:6',
  `${writeCheckpoint(at(2))}:`,
  ` ${writeCheckpoint(at(2))}`,
  `0${writeCheckpoint(at(2))}`,
])('%j is no checkpoint', (text) => {
  expect(readCheckpoint(text)).toBeUndefined();
});

describe('whoever keeps the newest checkpoint', () => {
  const rewritten = recordOf(some.map((entry) => ({ ...entry, after: 1 }))).checkpointAt;
  test.each([
    ['the first one', undefined, at(0), 'newer'],
    ['one of more entries', at(1), at(2), 'newer'],
    ['the same', at(2), at(2), 'same'],
    ['one of fewer entries', at(2), at(1), 'smaller'],
    ['another one of as many entries', at(2), rewritten(2), 'conflicting'],
    ['one of another server', at(1), { ...at(2), server: crypto.randomUUID() }, 'conflicting'],
  ])('finds %s', (_, kept, given, verdict) => {
    expect(judgeCheckpoint(kept, given)).toBe(verdict);
  });
});
