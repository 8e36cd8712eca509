import type { KeyObject } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { merkleTree } from '@remotes/protocol/crypto/merkle';
import { signFor } from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { Manifest, ManifestLeaf } from '@remotes/protocol/values/manifest';

/** What is ordered, whoever carries it out. */
export type Order = {
  readonly job: string;
  readonly program: string;
  readonly interpreter: Interpreter;
  readonly timeoutSeconds: number;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
};

/** An order as it is handed to the hosts: each gets its own leaf, with the path that proves it. */
export type SignedOrder = {
  readonly manifest: Manifest;
  readonly signature: string;
  /** For each leaf, in their order. */
  readonly proofs: readonly (readonly string[])[];
};

/** Signs once what all of these leaves' hosts are to run. */
export function signOrder(
  { serverId, signingKey }: { serverId: string; signingKey: KeyObject },
  order: Order,
  leaves: readonly ManifestLeaf[],
): SignedOrder {
  const { root, paths } = merkleTree(leaves.map((leaf) => Buffer.from(canonicalJson(leaf))));
  const manifest: Manifest = {
    version: 1,
    server: serverId,
    job: order.job,
    program_sha256: sha256Hex(order.program),
    interpreter: order.interpreter,
    timeout_ms: Math.ceil(order.timeoutSeconds * 1000),
    not_before_ms: order.notBeforeMs,
    expires_at_ms: order.expiresAtMs,
    leaves: leaves.length,
    root: root.toString('hex'),
  };
  return {
    manifest,
    signature: signFor('manifest', signingKey, canonicalJson(manifest)),
    proofs: paths.map((path) => path.map((hash) => hash.toString('base64url'))),
  };
}

/** What a leaf says of the inputs: they stay with the host that they are for. */
export function inputsHash(inputs: {
  settings: Readonly<Record<string, string>>;
  variables: Readonly<Record<string, string | null>>;
}): string {
  const { settings, variables } = inputs;
  return sha256Hex(canonicalJson({ settings, variables }));
}
