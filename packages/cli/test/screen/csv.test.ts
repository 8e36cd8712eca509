import { expect, test } from 'vitest';
import { csvLine } from '../../src/screen/csv.ts';

test('cells are quoted where CSV would read them otherwise (RFC 4180)', () => {
  expect(csvLine(['plain', 'a,b', 'say "hi"', 'two\nlines', ' edge', ''])).toBe(
    'plain,"a,b","say ""hi""","two\nlines"," edge",',
  );
});
