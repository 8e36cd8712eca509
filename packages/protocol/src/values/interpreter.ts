import { type Static, Type } from 'typebox';

/** What a command's program text is written for. `python` is the default, as on Django Remotes. */
export const interpreters = ['python', 'bash', 'sh', 'node', 'powershell'] as const;
export const Interpreter = Type.Enum([...interpreters]);
export type Interpreter = Static<typeof Interpreter>;
