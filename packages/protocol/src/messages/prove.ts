import { type Static, Type } from 'typebox';
import { Signature, TimeMs, Uuid } from '../values/text-forms.ts';

export { provingText } from '../values/signed-texts.ts';

/** Client to server: which host this is. Goes before everything that only a host may say. */
export const Prove = Type.Object({
  type: Type.Literal('prove'),
  host: Uuid,
  /** Of the channel key, for the purpose `host handshake`, over `provingText`. */
  signature: Signature,
});
export type Prove = Static<typeof Prove>;

/** Server to client: from now on the session is this host's, under a ticket that says so. */
export const Proved = Type.Object({
  type: Type.Literal('proved'),
  /** base64url. */
  ticket: Type.String(),
  expires_at_ms: TimeMs,
});
export type Proved = Static<typeof Proved>;
