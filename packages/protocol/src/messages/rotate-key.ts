import { type Static, Type } from 'typebox';
import { Bytes32, Signature } from '../values/text-forms.ts';

export { rotationText } from '../values/signed-texts.ts';

/** Client to server: a new channel key takes the place of the one by which this host has proved itself. */
export const RotateKey = Type.Object({
  type: Type.Literal('rotate_key'),
  channel_key: Bytes32,
  /** For the purpose `channel key`, over `rotationText`: by the old key, and by the new one. */
  old_signature: Signature,
  new_signature: Signature,
});
export type RotateKey = Static<typeof RotateKey>;

/** Server to client: the session under the old key has ended. */
export const KeyRotated = Type.Object({ type: Type.Literal('key_rotated') });
export type KeyRotated = Static<typeof KeyRotated>;
