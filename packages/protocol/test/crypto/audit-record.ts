import { createPrivateKey, type KeyObject } from 'node:crypto';
import { chainHash, chainStart, signCheckpoint } from '../../src/crypto/audit-chain.ts';
import { newSigningKey } from '../../src/crypto/sign.ts';
import type { AuditCheckpoint } from '../../src/values/audit-checkpoint.ts';
import { type CanonicalValue, canonicalJson } from '../../src/values/canonical-json.ts';

export const server = '0192f0c1-1111-4222-8333-444455556666';
export const signingKey = newKey();

export function newKey(): KeyObject {
  return createPrivateKey(newSigningKey().privatePem);
}

export type Told = { readonly subject: string; readonly after: CanonicalValue };
type Signing = { key?: KeyObject; closing?: Record<string, CanonicalValue> };

/** A record as a server writes and exports it. */
export function recordOf(told: readonly Told[], { key = signingKey, closing = {} }: Signing = {}) {
  let hash = chainStart;
  const hashes = [hash];
  const lines = told.map(({ subject, after }, index) => {
    const entry = {
      number: index + 1,
      at: new Date(1_700_000_000_000 + index).toISOString(),
      by: {
        kind: 'operator',
        operator_id: 1,
        name: 'ada',
        token_name: null,
        address: null,
        request_id: 'r1',
      },
      action: 'host.rename',
      subject,
      before: null,
      after,
    };
    hash = chainHash(hash, canonicalJson(entry));
    hashes.push(hash);
    return canonicalJson({ entry, hash });
  });
  const checkpointAt = (size: number): AuditCheckpoint =>
    signCheckpoint(key, { server, size, hash: hashes[size] ?? '', at_ms: 1_700_000_100_000 + size });
  const end = { checkpoint: checkpointAt(told.length), recovery_key: null, successions: [], ...closing };
  return { lines: [...lines, canonicalJson(end)], checkpointAt };
}

/** As the bytes of a file. */
export function fileOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(`${lines.join('\n')}\n`);
}
