import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOutputStream, type Masking } from '../../src/domain/output-stream.ts';
import { maskBytes } from '../../src/domain/secret-mask.ts';

const masking = (...secrets: string[]): Masking => ({
  secrets,
  secretBytes: secrets.map((secret) => Buffer.from(secret)),
});
const none = masking();

/** Takes the chunks one by one, the last with the end; answers what was stored before it and what then. */
function follow(chunks: readonly Buffer[], limitBytes: number, hidden: Masking) {
  const stream = createOutputStream(limitBytes);
  const early = chunks.slice(0, -1).map((chunk) => stream.take(chunk, hidden));
  const kept = stream.end(chunks.slice(-1), hidden);
  return { ...kept, early, whole: Buffer.concat([...early, ...kept.parts]) };
}

describe('output that comes whole', () => {
  test('is kept in one piece up to the limit', () => {
    const bytes = Buffer.from('0123456789');
    expect(follow([bytes], 10, none)).toMatchObject({
      parts: [bytes],
      bytes: 10,
      cutBytes: 0,
      isMasked: false,
    });
    expect(follow([Buffer.alloc(0)], 10, none)).toMatchObject({ parts: [], cutBytes: 0 });
  });

  test('loses its middle where it is longer, and the cut is stated', () => {
    const kept = follow([Buffer.from('0123456789abc')], 10, none);
    expect(kept.cutBytes).toBe(3);
    expect(kept.parts.map(String)).toEqual([
      '01234',
      '\n[3 bytes left out: the limit is 10 bytes a run]\n',
      '89abc',
    ]);
  });
});

test('a secret that is printed into itself without end holds nothing back, and is masked', () => {
  const hidden = masking('secret-s', 'another secret');
  const stream = createOutputStream(4 * 1024 * 1024);
  const chunk = Buffer.from('ecret-s'.repeat(8 * 1024));
  const early = [stream.take(Buffer.from('s'), hidden)];
  for (let index = 0; index < 20; index += 1) {
    early.push(stream.take(chunk, hidden));
    expect(stream.heldBytes()).toBeLessThanOrEqual(64 * 1024 + chunk.length);
  }
  const whole = Buffer.concat([...early, ...stream.end([], hidden).parts]).toString();
  expect(whole).toContain('********');
  expect(whole).not.toContain('secret-s');
});

describe('output that comes in pieces', () => {
  test('is stored as it comes, up to half of the limit', () => {
    const kept = follow(
      ['0123', '4567', '89', 'abc'].map((text) => Buffer.from(text)),
      10,
      none,
    );
    expect(kept.early.map(String)).toEqual(['0123', '4', '']);
    expect(kept.parts.map(String)).toEqual(['\n[3 bytes left out: the limit is 10 bytes a run]\n', '89abc']);
  });

  test('holds no more than may be kept of its end', () => {
    const stream = createOutputStream(1000);
    for (let index = 0; index < 1000; index += 1) stream.take(Buffer.alloc(100), none);
    expect(stream.heldBytes()).toBeLessThanOrEqual(500 + 100);
  });

  test('hides a secret that an edge cuts in two', () => {
    const secret = 'hunter2-hunter2';
    const kept = follow(
      [Buffer.from('a hunter2-'), Buffer.from('hunter2 b'), Buffer.from('.')],
      1000,
      masking(secret),
    );
    expect(kept.early.map(String)).toEqual(['a ', '******** b']);
    expect(kept).toMatchObject({ isMasked: true, bytes: 'a ******** b.'.length });
  });

  test('shows at its end what was no secret after all', () => {
    const kept = follow([Buffer.from('hunter'), Buffer.from('')], 1000, masking('hunter2-hunter2'));
    expect(kept.early.map(String)).toEqual(['']);
    expect(kept.parts.map(String)).toEqual(['hunter']);
    expect(kept.isMasked).toBe(false);
  });

  const word = fc.constantFrom(
    'hunter2-hunter2',
    'hunter2-',
    'hunt',
    'er2',
    'x',
    '-',
    'hunter2-hunter2-hunter2',
    ' ',
  );
  const pieces = fc
    .tuple(fc.array(word, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 10 }))
    .map(([words, cuts]) => {
      const bytes = Buffer.from(words.join(''));
      const at = cuts
        .map((cut) => (bytes.length === 0 ? 0 : cut % bytes.length))
        .sort((one, other) => one - other);
      return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
    });

  test('shows no secret, however it is cut', () => {
    const secrets = ['hunter2-hunter2-hunter2', 'hunter2-hunter2'];
    fc.assert(
      fc.property(pieces, (chunks) => {
        const { whole } = follow(chunks, 1_000_000, masking(...secrets));
        for (const secret of secrets) expect(whole.includes(secret)).toBe(false);
      }),
    );
  });

  test('is kept as it would be if it had come whole', () => {
    fc.assert(
      fc.property(pieces, fc.integer({ min: 2, max: 200 }), (chunks, limit) => {
        const hidden = masking('hunter2-hunter2');
        const bytes = Buffer.concat(chunks);
        const inPieces = follow(chunks, limit, hidden);
        const atOnce = follow([bytes], limit, hidden);
        expect(inPieces.whole.toString()).toBe(atOnce.whole.toString());
        expect(inPieces).toMatchObject({
          bytes: atOnce.bytes,
          cutBytes: atOnce.cutBytes,
          digest: atOnce.digest,
        });
        expect(atOnce.bytes).toBe(maskBytes(bytes, ['hunter2-hunter2']).length);
      }),
    );
  });

  test('fits a statement about the whole of it alone', () => {
    const stream = createOutputStream(1000);
    stream.take(Buffer.from('ab'), none);
    const stated = (text: string) => ({
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    const rest = [Buffer.from('c'), Buffer.from('d')];
    expect(stream.fits(stated('abcd'), rest)).toBe(true);
    expect(stream.fits(stated('abcd'), [])).toBe(false);
    expect(stream.fits(stated('abce'), rest)).toBe(false);
    expect(stream.fits({ ...stated('abcd'), bytes: 5 }, rest)).toBe(false);
    expect(stream.next()).toBe(1);
  });
});
