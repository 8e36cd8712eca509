import { type Static, Type } from 'typebox';

/** Each text but the key is a Fernet token under the one-time key. */
export const CommandGetAnswer = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  settings: Type.Record(Type.String(), Type.String()),
  variables: Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])),
  command: Type.String(),
  timeout: Type.Integer({ description: 'seconds' }),
  encrypted: Type.Array(Type.String(), { description: 'which fields are Fernet tokens' }),
  encryption_key: Type.String({ description: 'base64 of RSA-OAEP(the text of the Fernet key)' }),
});
export type CommandGetAnswer = Static<typeof CommandGetAnswer>;

/** `GET /api/v1/commands/get/N/`: one command, sealed for this host. It counts as delivered from here on. Host token. */
export const commandGet = {
  name: 'command_get',
  method: 'GET',
  path: '/api/v1/commands/get/',
  credential: 'host_token',
  success: 200,
  answer: CommandGetAnswer,
} as const;
