import { createHash, createPrivateKey } from 'node:crypto';
import { isSignedFor, newSigningKey, readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inputsHash, signOrder } from '../../src/domain/manifest.ts';

const pair = newSigningKey();
const keys = {
  serverId: '0190c1de-0000-7000-8000-000000000001',
  signingKey: createPrivateKey(pair.privatePem),
};
const order = {
  job: '0190c1de-0000-7000-8000-000000000002',
  program: 'print(1)',
  interpreter: 'python',
  timeoutSeconds: 0.5,
  notBeforeMs: 1,
  expiresAtMs: 2,
} as const;
const leafOf = (number: number, host = `host ${number}`) => ({
  run: `0190c1de-0000-7000-8000-${String(number).padStart(12, '0')}`,
  attempt: 1,
  host,
  inputs_sha256: inputsHash({ settings: { a: 'x' }, variables: { b: null } }),
});

describe('an order to several hosts', () => {
  test('is signed once, and each host’s leaf leads to what was signed, by a calculation of its own', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), (count) => {
        const leaves = Array.from({ length: count }, (_, number) => leafOf(number));
        const { manifest, signature, proofs } = signOrder(keys, order, leaves);
        const key = readSigningPublicKey(pair.publicPem)!;
        expect(isSignedFor('manifest', key, canonicalJson(manifest), signature)).toBe(true);
        expect(manifest).toMatchObject({ leaves: count, timeout_ms: 500, server: keys.serverId });
        expect(proofs).toHaveLength(count);
        for (const [index, leaf] of leaves.entries()) {
          expect(climb(canonicalJson(leaf), index, count, proofs[index] ?? [])).toBe(manifest.root);
          expect(
            climb(canonicalJson({ ...leaf, host: 'another' }), index, count, proofs[index] ?? []),
          ).not.toBe(manifest.root);
        }
      }),
    );
  });

  test('does not tell one host the inputs of another', () => {
    const { manifest, proofs } = signOrder(keys, order, [leafOf(0), leafOf(1)]);
    expect(JSON.stringify({ manifest, proof: proofs[0] })).not.toContain('host 1');
  });
});

/** RFC 6962 section 2.1 from its words, top down: which half the leaf is in, and the other half from the path's end. */
function climb(leaf: string, index: number, count: number, proof: readonly string[]): string {
  const hash = (...parts: (Buffer | string)[]) => {
    const digest = createHash('sha256');
    for (const part of parts) digest.update(part);
    return digest.digest();
  };
  const rootOf = (at: number, size: number, path: readonly string[]): Buffer => {
    if (size === 1) return hash(Buffer.from([0]), leaf);
    const left = 2 ** Math.ceil(Math.log2(size) - 1);
    const other = Buffer.from(path.at(-1) ?? '', 'base64url');
    const rest = path.slice(0, -1);
    return at < left
      ? hash(Buffer.from([1]), rootOf(at, left, rest), other)
      : hash(Buffer.from([1]), other, rootOf(at - left, size - left, rest));
  };
  return rootOf(index, count, proof).toString('hex');
}
