import type { Tables } from '../ports.ts';

/**
 * Ends an operator's sessions, and what would become one: a program that was let in and has not fetched its session yet.
 * Answers how many sessions ended.
 */
export async function endSessionsOf(
  tables: Tables,
  operatorId: number,
  /** Is left alone; null: none is. */
  exceptId: number | null,
): Promise<number> {
  await tables.deviceLogins.removeOfOperator(operatorId);
  return tables.operatorSessions.removeOfOperator(operatorId, exceptId);
}
