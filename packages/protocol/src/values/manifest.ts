import { type Static, Type } from 'typebox';
import { Sha256, TimeMs, Uuid } from './text-forms.ts';

/**
 * What the server signs before any host runs it: one object a job. Its canonical JSON (RFC 8785) is what is signed,
 * for the purpose `manifest`.
 */
export const Manifest = Type.Object({
  version: Type.Literal(1),
  /** The server that gives the order. */
  server: Uuid,
  job: Uuid,
  program_sha256: Sha256,
  /** A host that does not have it, or does not know it, says that the run failed. */
  interpreter: Type.String({ pattern: '^[a-z0-9_]{1,40}$' }),
  timeout_ms: Type.Integer({ minimum: 1 }),
  not_before_ms: TimeMs,
  expires_at_ms: TimeMs,
  /** Of the Merkle tree (RFC 6962) over the canonical JSON of the leaves. */
  leaves: Type.Integer({ minimum: 1 }),
  root: Sha256,
});
export type Manifest = Static<typeof Manifest>;

/** What the manifest says to one host. */
export const ManifestLeaf = Type.Object({
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  /** Fingerprint of the host's RSA key. */
  host: Type.String(),
  /** Of the canonical JSON of `{"settings": …, "variables": …}`. */
  inputs_sha256: Sha256,
});
export type ManifestLeaf = Static<typeof ManifestLeaf>;
