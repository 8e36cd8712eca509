import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const draw = prepared((db) => db.insertInto('wire_numbers').defaultValues().returning('number'));

/** The next of the one sequence that commands and ad-hoc jobs share. */
export async function drawWireNumber(connection: Connection): Promise<number> {
  const drawn = await draw.first(connection, {});
  if (!drawn) throw new Error('No wire number was drawn.');
  return drawn.number;
}
