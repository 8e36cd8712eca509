import { type Static, Type } from 'typebox';
import { Manifest, ManifestLeaf } from '../values/manifest.ts';
import { Bytes32, Signature, TimeMs, Uuid } from '../values/text-forms.ts';

/** Client to server: give me what is due. */
export const Claim = Type.Object({
  type: Type.Literal('claim'),
  /** At most so many runs, and never more than the server has granted. */
  limit: Type.Integer({ minimum: 1 }),
  /** This command and no other. */
  wire_number: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type Claim = Static<typeof Claim>;

/**
 * Server to client: one run, delivered. The host checks what was signed before it executes. Runs of one answer are
 * executed one after the other, in their order; on the live channel they come unasked.
 */
export const GiveRun = Type.Object({
  type: Type.Literal('run'),
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  wire_number: Type.Integer({ minimum: 1 }),
  /** Of the commands group. */
  group: Type.Integer({ minimum: 0 }),
  revision: Type.Integer({ minimum: 0 }),
  name: Type.String(),
  program: Type.String(),
  settings: Type.Record(Type.String(), Type.String()),
  variables: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])),
  manifest: Manifest,
  /** Of the server's signing key, for the purpose `manifest`, over the manifest's canonical JSON. */
  signature: Signature,
  /** What the manifest says to this host, its number in the tree, and the path that proves it, each hash as base64url. */
  leaf: ManifestLeaf,
  leaf_index: Type.Integer({ minimum: 0 }),
  proof: Type.Array(Bytes32, { maxItems: 64 }),
  /** On the live channel: the server's time at which it was given. */
  time_ms: Type.Optional(TimeMs),
});
export type GiveRun = Static<typeof GiveRun>;

/** Server to client: those were all, or there is more once these are done. */
export const Claimed = Type.Object({
  type: Type.Literal('claimed'),
  runs: Type.Integer({ minimum: 0 }),
  has_more: Type.Boolean(),
  /** The server's time at which they were given: their manifests are held against it. */
  time_ms: TimeMs,
});
export type Claimed = Static<typeof Claimed>;
