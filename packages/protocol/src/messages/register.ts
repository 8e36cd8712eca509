import { type Static, Type } from 'typebox';

/** Client to server: makes the host known by its RSA key, as `host_register` does on v1. */
export const Register = Type.Object({
  type: Type.Literal('register'),
  /** The registration token. It leaves the host only here, when the server has proved itself. */
  token: Type.String(),
  /** PEM. */
  public_key: Type.String(),
});
export type Register = Static<typeof Register>;

/** Server to client. */
export const Registered = Type.Object({
  type: Type.Literal('registered'),
  /** base64 of RSA-OAEP(uuid), which is what the settings file keeps. */
  encrypted: Type.String(),
});
export type Registered = Static<typeof Registered>;
