import { type Static, Type } from 'typebox';

/** All are Fernet tokens under the host's uuid key. */
export const CommandPostBody = Type.Object({
  output: Type.String(),
  result: Type.String(),
  ending: Type.Optional(
    Type.String({
      description: 'JSON of RunEnding; sent to servers that say they are Remotes, v1 has no such field',
    }),
  ),
});
export type CommandPostBody = Static<typeof CommandPostBody>;

export const CommandPostAnswer = Type.Object({
  status: Type.Literal('OK'),
  results: Type.Object({ id: Type.Integer({ description: 'the number under which the output is stored' }) }),
});
export type CommandPostAnswer = Static<typeof CommandPostAnswer>;

/** `POST /api/v1/commands/post/N/`: what became of a command. Answered after the durable commit. Host token. */
export const commandPost = {
  name: 'command_post',
  method: 'POST',
  path: '/api/v1/commands/post/',
  credential: 'host_token',
  success: 201,
  body: CommandPostBody,
  answer: CommandPostAnswer,
} as const;
