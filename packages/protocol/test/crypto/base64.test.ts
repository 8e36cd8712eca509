import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBase64Lenient, readBase64UrlLenient } from '../../src/crypto/base64.ts';
import { askPython, testWithPython } from '../python3.ts';

describe('readBase64Lenient', () => {
  test.each([
    ['', ''],
    ['AA==', '00'],
    ['AAAA', '000000'],
    ['AAA=AAAA', '0000'],
    ['AA==AAAA', '00'],
    ['AA=A==', '0000'],
    ['=AAAA', '000000'],
    ['====', ''],
    ['AA=\n=', '00'],
    [' A A\r\nA A ', '000000'],
    ['A!A-A_A', '000000'],
    ['A', undefined],
    ['AA', undefined],
    ['AA=', undefined],
    ['AAA', undefined],
    ['A===', undefined],
    ['A=A=', undefined],
    ['AAAAé', undefined],
    ['ŁAAA', undefined],
  ])('reads %j as %j', (text, hex) => {
    expect(readBase64Lenient(text)?.toString('hex')).toBe(hex);
  });

  test('takes - and _ for foreign characters', () => {
    expect(readBase64Lenient('AA-_')).toBeUndefined();
    expect(readBase64UrlLenient('AA-_')).toEqual(readBase64UrlLenient('AA+/'));
  });

  test('gives back every byte that was written, line breaks or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const plain = Buffer.from(bytes).toString('base64');
        const broken = plain.replaceAll(/.{1,76}/g, '$&\r\n');
        for (const text of [plain, broken]) {
          expect(readBase64Lenient(text)).toEqual(Buffer.from(bytes));
          expect(readBase64UrlLenient(text)).toEqual(Buffer.from(bytes));
        }
      }),
    );
  });

  testWithPython('reads everything as Python reads it', () => {
    const likely = fc.string({ unit: fc.constantFrom(...'ABz019+/-_==\n! é'), maxLength: 14 });
    const cases = fc.sample(fc.oneof({ weight: 9, arbitrary: likely }, fc.string()), 5000);
    const standard = askPython('base64', 'base64.b64decode(case).hex()', cases);
    const url = askPython('base64', 'base64.urlsafe_b64decode(case).hex()', cases);
    cases.forEach((text, at) => {
      expect({ text, hex: readBase64Lenient(text)?.toString('hex') ?? null }).toEqual({
        text,
        hex: standard[at],
      });
      expect({ text, hex: readBase64UrlLenient(text)?.toString('hex') ?? null }).toEqual({
        text,
        hex: url[at],
      });
    });
    expect(standard.filter((answer) => answer === null).length).toBeGreaterThan(500);
    expect(standard.filter((answer) => answer !== null).length).toBeGreaterThan(500);
  });

  test('takes time in proportion to the length', () => {
    for (const text of ['A\n', '=', 'A=', '!'].map((piece) => piece.repeat(2 ** 22))) readBase64Lenient(text);
  });
});
