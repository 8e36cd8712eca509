import type { ProgramOrder } from './order.ts';
import type { Outcome } from './outcome.ts';

/** Executes a program and waits for its end. Whatever becomes of the program is an outcome; nothing is thrown. */
export function executeProgram(_order: ProgramOrder): Promise<Outcome> {
  throw new Error('not yet');
}
