import { type Static, Type } from 'typebox';

export const HostVerifyBody = Type.Object({
  uuid: Type.String(),
  encrypted: Type.String({ description: 'base64 of the RSA-PSS signature of the text OK' }),
});
export type HostVerifyBody = Static<typeof HostVerifyBody>;

export const HostVerifyAnswer = Type.Object({
  status: Type.Literal('OK'),
  encrypted: Type.String({ description: 'base64 of RSA-OAEP(host token)' }),
});
export type HostVerifyAnswer = Static<typeof HostVerifyAnswer>;

/** `POST /api/v1/host/verify/`: the host proves that it holds its key, and gets its token. Registration token. */
export const hostVerify = {
  name: 'host_verify',
  method: 'POST',
  path: '/api/v1/host/verify/',
  credential: 'registration_token',
  success: 200,
  body: HostVerifyBody,
  answer: HostVerifyAnswer,
} as const;
