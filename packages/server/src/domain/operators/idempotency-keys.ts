import type { Tables } from '../ports.ts';

export type Reservation = { actor: string; key: string; requestHash: string; now: number };

/** What is known of a key: that it is new, and from now on taken; or how far the request with it came. */
export type Reserved =
  | { state: 'new' }
  | { state: 'another' }
  | { state: 'answered'; answer: string }
  | { state: 'unanswered'; since: number };

/** Takes the key before anything is done, so that a crash between deed and answer does not lead to a second deed. */
export async function decideKeyReserved(
  tables: Tables,
  { actor, key, requestHash, now }: Reservation,
): Promise<Reserved> {
  if (await tables.idempotencyKeys.add({ actor, key, requestHash, createdAt: now })) return { state: 'new' };
  const known = await tables.idempotencyKeys.find(actor, key);
  if (!known) throw new Error('A key that is taken is gone.');
  if (known.requestHash !== requestHash) return { state: 'another' };
  if (known.answer !== null) return { state: 'answered', answer: known.answer };
  return { state: 'unanswered', since: known.createdAt };
}

type Settlement = { actor: string; key: string; answer: string | null };

/** Keeps the answer for repetitions; without one nothing was done, and the key is free again. */
export async function decideKeySettled(tables: Tables, { actor, key, answer }: Settlement): Promise<void> {
  if (answer === null) await tables.idempotencyKeys.remove(actor, key);
  else await tables.idempotencyKeys.setAnswer(actor, key, answer);
}
