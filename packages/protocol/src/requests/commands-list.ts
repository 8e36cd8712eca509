import { type Static, Type } from 'typebox';

export const CommandsListAnswer = Type.Object({
  status: Type.Literal('OK'),
  results: Type.Array(Type.Object({ group: Type.Integer(), command: Type.Integer() })),
});
export type CommandsListAnswer = Static<typeof CommandsListAnswer>;

/** `GET /api/v1/commands/list/`: what this host is still to execute, in order. Host token. */
export const commandsList = {
  name: 'commands_list',
  method: 'GET',
  path: '/api/v1/commands/list/',
  credential: 'host_token',
  success: 200,
  answer: CommandsListAnswer,
} as const;
