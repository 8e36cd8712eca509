import { type Static, Type } from 'typebox';
import { Bytes32, Uuid } from '../values/text-forms.ts';

/** Client to server: the host proves that it holds its RSA key, and enrols its channel key. */
export const Verify = Type.Object({
  type: Type.Literal('verify'),
  token: Type.String(),
  host: Uuid,
  channel_key: Bytes32,
  /** base64 of the RSA-PSS signature of `enrolmentText`. */
  proof: Type.String(),
});
export type Verify = Static<typeof Verify>;

/** Server to client. */
export const Verified = Type.Object({
  type: Type.Literal('verified'),
  /** base64 of RSA-OAEP(host token): good for v1, should the host ever be allowed to go back to it. */
  encrypted: Type.String(),
  state: Type.Enum(['verified', 'pending']),
});
export type Verified = Static<typeof Verified>;
