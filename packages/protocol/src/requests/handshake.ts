import { type Static, Type } from 'typebox';
import { KeySuccession } from '../values/key-succession.ts';
import { Bytes32, Signature, TimeMs, Uuid } from '../values/text-forms.ts';

export const HandshakeBody = Type.Object({
  versions: Type.Array(Type.Integer({ minimum: 1, maximum: 255 }), { minItems: 1, maxItems: 16 }),
  ephemeral: Bytes32,
  nonce: Bytes32,
});
export type HandshakeBody = Static<typeof HandshakeBody>;

export const HandshakeAnswer = Type.Object({
  version: Type.Integer({ description: 'the one of the offered versions that is spoken' }),
  ephemeral: Bytes32,
  nonce: Bytes32,
  ticket: Type.String({ description: 'base64url, opaque: goes into the head of each frame' }),
  sealed: Type.String({ description: 'base64url: the JSON of ServerProof, sealed with the handshake key' }),
});
export type HandshakeAnswer = Static<typeof HandshakeAnswer>;

/** What the server proves itself with. */
export const ServerProof = Type.Object({
  /** Of this system, whatever keys it has had. */
  server: Uuid,
  signing_key: Bytes32,
  recovery_key: Bytes32,
  /** Its former signing keys, oldest first: a client that has pinned one of them follows from there. */
  successions: Type.Array(KeySuccession),
  capability: Type.Integer({ minimum: 1 }),
  time_ms: TimeMs,
  /** When the session ends. */
  expires_at_ms: TimeMs,
  /** The instance that the session begins in: 16 bytes, base64url. */
  instance: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }),
  /** For the purpose `server handshake`, over the canonical JSON of all the others and `transcript`. */
  signature: Signature,
});
export type ServerProof = Static<typeof ServerProof>;

/** `POST /sealed/handshake/`: two strangers agree on keys, and the server proves who it is. Nobody proves anything to it yet. */
export const handshake = {
  name: 'handshake',
  method: 'POST',
  path: '/sealed/handshake/',
  credential: 'none',
  success: 200,
  body: HandshakeBody,
  answer: HandshakeAnswer,
} as const;
