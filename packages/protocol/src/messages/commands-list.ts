import { type Static, Type } from 'typebox';

/** Client to server: what is due? Nothing is delivered by it. */
export const ListCommands = Type.Object({ type: Type.Literal('commands_list') });
export type ListCommands = Static<typeof ListCommands>;

/** Server to client, in the shape of v1's answer, with every interpreter's commands. */
export const Commands = Type.Object({
  type: Type.Literal('commands'),
  results: Type.Array(Type.Object({ group: Type.Integer(), command: Type.Integer() })),
});
export type Commands = Static<typeof Commands>;
