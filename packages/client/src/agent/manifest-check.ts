import type { KeyObject } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { isIncluded } from '@remotes/protocol/crypto/merkle';
import { isSignedFor } from '@remotes/protocol/crypto/sign';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import { type CanonicalValue, canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { RunRefusal } from '@remotes/protocol/values/run-refusal';

/** What a run is held against. None of it comes with the run. */
export type Standard = {
  /** The pinned server, and the signing key that it has proved in this session. */
  readonly server: { readonly id: string; readonly signingKey: KeyObject };
  /** Fingerprint of this host's RSA key. */
  readonly hostFingerprint: string;
  /** By the server's clock: this machine's may be years off. */
  readonly serverNowMs: number;
  /** Whether this attempt of the run, or a later one, has begun here before. */
  readonly hasBegun: (run: string, attempt: number) => boolean;
};

/** The first reason why this run must not be executed, in the order of PROTOCOL.md, "What a host refuses"; undefined when there is none. */
export function refusalOfRun(given: GiveRun, standard: Standard): RunRefusal | undefined {
  for (const [code, isWrong] of checks) if (isWrong(given, standard)) return code;
  return undefined;
}

type Check = (given: GiveRun, standard: Standard) => boolean;

const checks: readonly (readonly [RunRefusal, Check])[] = [
  ['manifest_unsigned', (given, { server }) => !isSigned(given, server.signingKey)],
  ['manifest_of_other_server', ({ manifest }, { server }) => manifest.server !== server.id],
  ['inclusion_unproved', (given) => !isProved(given)],
  [
    'manifest_misaddressed',
    ({ run, attempt, leaf }, { hostFingerprint }) =>
      leaf.host !== hostFingerprint || leaf.run !== run || leaf.attempt !== attempt,
  ],
  ['program_altered', ({ program, manifest }) => sha256Hex(program) !== manifest.program_sha256],
  [
    'inputs_altered',
    ({ settings, variables, leaf }) => hashOf({ settings, variables }) !== leaf.inputs_sha256,
  ],
  ['manifest_early', ({ manifest }, { serverNowMs }) => serverNowMs < manifest.not_before_ms],
  ['manifest_expired', ({ manifest }, { serverNowMs }) => serverNowMs >= manifest.expires_at_ms],
  ['manifest_replayed', ({ run, attempt }, { hasBegun }) => hasBegun(run, attempt)],
];

function isSigned({ manifest, signature }: GiveRun, signingKey: KeyObject): boolean {
  const text = canonical(manifest);
  return text !== undefined && isSignedFor('manifest', signingKey, text, signature);
}

function isProved({ leaf, leaf_index: index, proof, manifest }: GiveRun): boolean {
  const text = canonical(leaf);
  if (text === undefined) return false;
  return isIncluded(Buffer.from(text), {
    index,
    size: manifest.leaves,
    proof: proof.map((hash) => Buffer.from(hash, 'base64url')),
    root: Buffer.from(manifest.root, 'hex'),
  });
}

/** Of its canonical form; undefined for what has none. */
export function hashOf(value: CanonicalValue): string | undefined {
  const text = canonical(value);
  return text === undefined ? undefined : sha256Hex(text);
}

/** Undefined for what has no canonical form, which nobody can have signed. */
function canonical(value: CanonicalValue): string | undefined {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
