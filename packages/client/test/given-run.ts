import { randomUUID } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { inclusionProof, merkleRoot } from '@remotes/protocol/crypto/merkle';
import { signFor } from '@remotes/protocol/crypto/sign';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { Manifest, ManifestLeaf } from '@remotes/protocol/values/manifest';
import type { FakeKey } from './fake-sealed-server.ts';

/** What an order says, and whatever of it is to be wrong. */
export type Ordered = {
  readonly serverId: string;
  readonly signing: FakeKey;
  /** Fingerprint of the host's RSA key. */
  readonly host: string;
  readonly nowMs: number;
  readonly program: string;
  readonly timeoutSeconds?: number;
  readonly run?: string;
  readonly attempt?: number;
  readonly wireNumber?: number;
  readonly interpreter?: Manifest['interpreter'];
  readonly settings?: Record<string, string>;
  readonly variables?: Record<string, string | null>;
  /** Taken over before it is signed. */
  readonly manifest?: Partial<Manifest>;
  readonly leaf?: Partial<ManifestLeaf>;
  /** Other hosts of the same job, before and after this one. */
  readonly others?: readonly [before: number, after: number];
};

/** A run as an honest server gives it, signed for one host. */
export function giveRun(ordered: Ordered): GiveRun {
  const { program, settings = {}, variables = {}, attempt = 1, others = [0, 0], nowMs } = ordered;
  const run = ordered.run ?? randomUUID();
  const inputs_sha256 = sha256Hex(canonicalJson({ settings, variables }));
  const leaf: ManifestLeaf = { run, attempt, host: ordered.host, inputs_sha256, ...ordered.leaf };
  const other = () => ({ ...leaf, run: randomUUID(), host: sha256Hex(randomUUID()) });
  const leaves = [
    ...Array.from({ length: others[0] }, other),
    leaf,
    ...Array.from({ length: others[1] }, other),
  ];
  const spelled = leaves.map((one) => Buffer.from(canonicalJson(one)));
  const manifest: Manifest = {
    version: 1,
    server: ordered.serverId,
    job: randomUUID(),
    program_sha256: sha256Hex(program),
    interpreter: ordered.interpreter ?? 'sh',
    timeout_ms: (ordered.timeoutSeconds ?? 20) * 1000,
    not_before_ms: nowMs - 60_000,
    expires_at_ms: nowMs + 3_600_000,
    leaves: leaves.length,
    root: merkleRoot(spelled).toString('hex'),
    ...ordered.manifest,
  };
  const wireNumber = ordered.wireNumber ?? 7;
  return {
    type: 'run',
    run,
    attempt,
    wire_number: wireNumber,
    group: 1,
    revision: 1,
    name: `command ${wireNumber}`,
    program,
    settings,
    variables,
    manifest,
    signature: signFor('manifest', ordered.signing.key, canonicalJson(manifest)),
    leaf,
    leaf_index: others[0],
    proof: inclusionProof(spelled, others[0]).map((hash) => hash.toString('base64url')),
  };
}
