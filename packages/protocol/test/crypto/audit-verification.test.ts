import type { KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditTrust, verifyAuditExport } from '../../src/crypto/audit-verification.ts';
import { signFor, signingKeyFingerprint, signingPublicText } from '../../src/crypto/sign.ts';
import { canonicalJson } from '../../src/values/canonical-json.ts';
import type { KeySuccession } from '../../src/values/key-succession.ts';
import { editLine, lineEdits } from './audit-line-edit.ts';
import { fileOf, newKey, recordOf, server, signingKey, type Told } from './audit-record.ts';

const told = fc.array(fc.record({ subject: fc.string({ unit: 'grapheme' }), after: fc.jsonValue() }), {
  minLength: 2,
  maxLength: 6,
}) as fc.Arbitrary<Told[]>;
const some: Told[] = ['a', 'b', 'c', 'd'].map((subject) => ({ subject, after: null }));
const keys = { signingKey: signingKeyFingerprint(signingKey), recoveryKey: undefined };

const next = newKey();
const recovery = newKey();
const succession = (by: 'signing' | 'recovery', signer: KeyObject, [from, to] = [signingKey, next]) => {
  const said = {
    server,
    previous_key: signingPublicText(from),
    next_key: signingPublicText(to),
    at_ms: 5,
    by,
  };
  return { ...said, signature: signFor('key succession', signer, canonicalJson(said)) };
};
const between = newKey();
const first = succession('signing', signingKey, [signingKey, between]);
const second = succession('recovery', recovery, [between, next]);
const stray = succession('signing', recovery, [recovery, newKey()]);
const twoSuccessions = {
  successions: [first, second],
  recovery_key: signingPublicText(recovery),
};

async function wrongOf(file: Uint8Array | readonly string[], trust: AuditTrust = { keys }) {
  const verdict = await verifyAuditExport([file instanceof Uint8Array ? file : fileOf(file)], trust);
  return 'wrong' in verdict ? verdict.wrong : undefined;
}

describe('an export of the audit', () => {
  test('is good as the server wrote it, however it is cut into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(told, fc.integer({ min: 1, max: 50 }), async (entries, step) => {
        const file = fileOf(recordOf(entries).lines);
        const chunks = Array.from({ length: Math.ceil(file.length / step) }, (_, index) =>
          file.subarray(index * step, (index + 1) * step),
        );
        expect(await verifyAuditExport(chunks, { keys })).toMatchObject({
          checkpoint: { size: entries.length },
          fingerprint: keys.signingKey,
          isKeyKnown: true,
        });
      }),
      { numRuns: 50 },
    );
  });

  test('is found out when any one byte of it is another', async () => {
    await fc.assert(
      fc.asyncProperty(told, fc.nat(), fc.integer({ min: 1, max: 255 }), async (entries, at, difference) => {
        const file = fileOf(recordOf(entries).lines);
        // The last line feed ends nothing that could be missed.
        const place = at % (file.length - 1);
        file[place] = (file[place] ?? 0) ^ difference;
        expect(await wrongOf(file)).toEqual(expect.any(String));
      }),
      { numRuns: 400 },
    );
  });

  test('is found out when any member of a line, or item of a list, is added, renamed, repeated or reordered', async () => {
    let done = 0;
    await fc.assert(
      fc.asyncProperty(told, fc.nat(), lineEdits, async (entries, at, edit) => {
        const { lines } = recordOf(entries, { key: next, closing: twoSuccessions });
        // The last line every other time: nothing hashes it.
        const place = at % 2 === 0 ? lines.length - 1 : at % lines.length;
        const line = editLine(lines[place] ?? '', edit);
        fc.pre(line !== lines[place]);
        done += 1;
        // Whoever knows no key and keeps no checkpoint finds it too.
        expect(await wrongOf(lines.with(place, line), {})).toEqual(expect.any(String));
      }),
      { numRuns: 500 },
    );
    expect(done).toBeGreaterThanOrEqual(500);
    const { lines } = recordOf(some, { key: next, closing: twoSuccessions });
    expect(await wrongOf(lines, {})).toBeUndefined();
  });

  test.each([
    ['an entry', 0, '"note":"forged"'],
    ['the checkpoint at the end', -1, '"zz":1'],
  ])('is found out when a member is appended to the line of %s', async (_, at, member) => {
    const { lines, checkpointAt } = recordOf(some);
    const place = at < 0 ? lines.length + at : at;
    const line = (lines[place] ?? '').replace(/}$/, `,${member}}`);
    const trust = { keys, checkpoints: [checkpointAt(2)] };
    expect(await wrongOf(lines, trust)).toBeUndefined();
    expect(await wrongOf(lines.with(place, line), trust)).toBe(
      `Line ${place + 1} is not as the server wrote it.`,
    );
  });

  test('is found out when any one entry is missing, told twice or swapped with the next', async () => {
    await fc.assert(
      fc.asyncProperty(told, fc.nat(), async (entries, at) => {
        const { lines } = recordOf(entries);
        const place = at % (entries.length - 1);
        const [one = '', other = ''] = lines.slice(place, place + 2);
        expect(await wrongOf(lines.toSpliced(place, 1)), 'removed').toContain(
          `Entry ${place + 1} is missing`,
        );
        expect(await wrongOf(lines.toSpliced(place, 0, one)), 'twice').toEqual(expect.any(String));
        expect(await wrongOf(lines.toSpliced(place, 2, other, one)), 'swapped').toContain('is missing');
      }),
      { numRuns: 50 },
    );
  });

  test('is found out when its end is cut off, with or without the checkpoint', async () => {
    const { lines } = recordOf(some);
    const closing = lines.at(-1) ?? '';
    for (let kept = 1; kept < some.length; kept += 1) {
      expect(await wrongOf(lines.slice(0, kept))).toContain('The end is missing');
      expect(await wrongOf([...lines.slice(0, kept), closing])).toContain('these are');
    }
    expect(await wrongOf([...lines, lines[0] ?? ''])).toBe('Something follows the checkpoint at the end.');
  });

  test('may be empty', async () => {
    expect(await wrongOf(recordOf([]).lines)).toBeUndefined();
    expect(await wrongOf(Buffer.from(''))).toContain('The end is missing');
  });
});

describe('a record that was written anew with all its hashes', () => {
  const rewritten = some.map((entry, index) => (index === 1 ? { ...entry, subject: 'x' } : entry));

  test('is found out by an older checkpoint, although the server itself has signed it', async () => {
    const kept = recordOf(some.slice(0, 3)).checkpointAt(3);
    expect(await wrongOf(recordOf(some).lines, { keys, checkpoints: [kept] })).toBeUndefined();
    expect(await wrongOf(recordOf(rewritten).lines, { keys, checkpoints: [kept] })).toContain(
      'Up to entry 3 this is not the record',
    );
  });

  test('is found out by a checkpoint of more entries when its end was left out', async () => {
    const kept = recordOf(some).checkpointAt(4);
    expect(await wrongOf(recordOf(some.slice(0, 3)).lines, { keys, checkpoints: [kept] })).toContain(
      'one of 4 entries, and these are 3',
    );
  });

  test('is found out by the key when somebody else has signed it', async () => {
    const { lines } = recordOf(rewritten, { key: newKey() });
    expect(await wrongOf(lines)).toContain('no succession leads to it');
    expect(await verifyAuditExport([fileOf(lines)], {})).toMatchObject({ isKeyKnown: false });
  });
});

describe('keys of an export', () => {
  test('are followed from the one that is known', async () => {
    const { lines } = recordOf(some, {
      key: next,
      closing: { successions: [succession('signing', signingKey)] },
    });
    expect(await wrongOf(lines)).toBeUndefined();
  });

  test('are followed by the recovery key only where that one is known', async () => {
    const closing = {
      recovery_key: signingPublicText(recovery),
      successions: [succession('recovery', recovery)],
    };
    const { lines } = recordOf(some, { key: next, closing });
    expect(await wrongOf(lines)).toContain('no succession leads to it');
    const known = { ...keys, recoveryKey: signingKeyFingerprint(recovery) };
    expect(await wrongOf(lines, { keys: known })).toBeUndefined();
  });

  test('are found out when a succession was forged, or a recovery key put in that signed none', async () => {
    const forged = recordOf(some, {
      key: next,
      closing: { successions: [succession('signing', newKey())] },
    });
    expect(await wrongOf(forged.lines)).toBe('A succession of signing keys at the end was changed.');
    const added = recordOf(some, { closing: { recovery_key: signingPublicText(recovery) } });
    expect(await wrongOf(added.lines)).toBe('A succession of signing keys at the end was changed.');
  });

  test.each<[string, KeySuccession[]]>([
    ['told twice', [first, first, second]],
    ['told again later', [first, second, first]],
    ['in another order', [second, first]],
    ['in front of a gap', [stray, second]],
    ['of no use', [stray]],
  ])('are found out when one of them is %s', async (_, successions) => {
    const isRecovered = successions.includes(second);
    const closing = { successions, recovery_key: isRecovered ? signingPublicText(recovery) : null };
    expect(await wrongOf(recordOf(some, { key: next, closing }).lines, {})).toBe(
      'A succession of signing keys at the end was changed.',
    );
  });

  test('a checkpoint that nobody signed is no checkpoint', async () => {
    const kept = { ...recordOf(some).checkpointAt(3), hash: 'f'.repeat(64) };
    expect(await wrongOf(recordOf(some).lines, { keys, checkpoints: [kept] })).toContain('is not signed');
  });
});
