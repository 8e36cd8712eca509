import { type Static, Type } from 'typebox';

export const HostRegisterBody = Type.Object({
  public_key: Type.String({ description: 'RSA public key, PEM (SPKI or PKCS#1)' }),
});
export type HostRegisterBody = Static<typeof HostRegisterBody>;

export const HostRegisterAnswer = Type.Object({
  status: Type.Literal('OK'),
  encrypted: Type.String({ description: 'base64 of RSA-OAEP(uuid)' }),
});
export type HostRegisterAnswer = Static<typeof HostRegisterAnswer>;

/** `POST /api/v1/host/register/`: makes the host known, not yet verified. Registration token. */
export const hostRegister = {
  name: 'host_register',
  method: 'POST',
  path: '/api/v1/host/register/',
  credential: 'registration_token',
  success: 200,
  body: HostRegisterBody,
  answer: HostRegisterAnswer,
} as const;
