import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepEnds } from '../../src/host/output-ends.ts';

const long = fc.uint8Array({ minLength: 301, maxLength: 1500, size: 'max' });
const chunks = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });

function keep(limitBytes: number, pieces: readonly Uint8Array[]) {
  const ends = keepEnds(limitBytes);
  for (const piece of pieces) ends.add(Buffer.from(piece));
  return ends.finish();
}

test('what fits is kept as it is, however it was cut into chunks', () => {
  fc.assert(
    fc.property(chunks, fc.nat(50), (pieces, spare) => {
      const whole = Buffer.concat(pieces);
      expect(keep(whole.length + spare, pieces)).toEqual({ bytes: whole, cutBytes: 0 });
    }),
  );
});

test('of more, as much as fits of both ends is kept, with the number of bytes between them', () => {
  fc.assert(
    fc.property(
      long,
      fc.array(fc.nat(400)),
      fc.integer({ min: 60, max: 300 }),
      (bytesIn, sizes, limitBytes) => {
        const whole = Buffer.from(bytesIn);
        const pieces: Buffer[] = [];
        let rest = whole;
        for (const size of [...sizes, whole.length]) {
          pieces.push(rest.subarray(0, size));
          rest = rest.subarray(size);
        }
        const { bytes, cutBytes } = keep(limitBytes, pieces);
        const notice = Buffer.from(`\n[... ${cutBytes} bytes cut here ...]\n`);
        const cutAt = bytes.indexOf(notice);
        const head = bytes.subarray(0, cutAt);
        const tail = bytes.subarray(cutAt + notice.length);
        expect(whole.subarray(0, head.length)).toEqual(head);
        expect(whole.subarray(whole.length - tail.length)).toEqual(tail);
        expect(head.length + cutBytes + tail.length).toBe(whole.length);
        expect(bytes.length).toBeLessThanOrEqual(limitBytes);
        expect(bytes.length).toBeGreaterThan(limitBytes - 10);
        expect(Math.abs(head.length - tail.length)).toBeLessThan(10);
      },
    ),
    { numRuns: 500 },
  );
});

test('no character is cut in two', () => {
  for (let limitBytes = 60; limitBytes < 80; limitBytes += 1) {
    const { bytes } = keep(limitBytes, [Buffer.from('é😀☃'.repeat(20))]);
    expect(bytes.toString()).not.toContain('\uFFFD');
  }
});

test.each([0, 1, 10])('with a limit of %i bytes nothing is longer than that', (limitBytes) => {
  expect(keep(limitBytes, [Buffer.from('x'.repeat(100))]).bytes.length).toBeLessThanOrEqual(limitBytes);
});
