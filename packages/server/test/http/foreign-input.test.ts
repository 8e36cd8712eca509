import { isRefusal, refusals } from '@remotes/protocol/errors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkOf } from '../../src/domain/address-network.ts';
import { acceptsJson } from '../../src/http/accept.ts';
import { maskedArguments } from '../../src/http/arguments-mask.ts';
import { readFields } from '../../src/http/body.ts';
import { readTokenHeader } from '../../src/http/token-header.ts';

const headerText = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
});
const types = fc.oneof(
  fc.constantFrom(
    'application/json',
    'application/json; charset=utf-16le',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=xyz',
    'multipart/form-data',
  ),
  headerText,
);
const bodies = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .string({ maxLength: 100 })
    .map((text) => Buffer.from(`--xyz\r\nContent-Disposition: form-data; ${text}`)),
);

describe('whatever a stranger sends', () => {
  test('a body is fields or a refusal of 4xx', async () => {
    await fc.assert(
      fc.asyncProperty(types, bodies, async (type, body) => {
        const read = await readFields({ 'content-type': type }, body);
        if (isRefusal(read)) expect(refusals[read.refused].status).toBeLessThan(500);
        else expect(Array.isArray(read.fields)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('a header is read or refused', () => {
    fc.assert(
      fc.property(headerText, (header) => {
        expect(acceptsJson(header)).toBeTypeOf('boolean');
        const token = readTokenHeader(header);
        expect(isRefusal(token) || token.length > 0).toBe(true);
        expect(networkOf(header)).toBeTypeOf('string');
      }),
      { numRuns: 2000 },
    );
  });

  test('arguments are shown short, and no run of 16 characters that a key could have', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.string(), (fields, query) => {
        const shown = maskedArguments(`/api/?${query}`, fields) ?? '';
        expect(shown.length).toBeLessThan(20_000);
      }),
      { numRuns: 1000 },
    );
    const shown = maskedArguments('/', { note: 'abcdefghijklmnop', ['q'.repeat(20)]: 'x', uuid: 'short' });
    expect(JSON.parse(shown ?? '')).toEqual({
      note: '(masked: 16 characters)',
      '(a name of 20 characters)': 'x',
      uuid: '(masked: 5 characters)',
    });
  });
});
