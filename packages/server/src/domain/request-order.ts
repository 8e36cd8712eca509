import type { Host, Tables } from './ports.ts';

/** Where a request stands among all of its host: when its session began, and its counter there. */
export type RequestOrder = { begunAt: number; counter: number };

type Remembered = Pick<Host, 'sessionsFrom' | 'counterFrom'>;

/** Whether a later request has done something already: then this one was held back on its way, and is not obeyed. */
export function isOvertaken(
  { sessionsFrom, counterFrom }: Remembered,
  { begunAt, counter }: RequestOrder,
): boolean {
  if (sessionsFrom === null || begunAt > sessionsFrom) return false;
  return begunAt < sessionsFrom || counter < (counterFrom ?? 0);
}

export async function isOvertakenOf(tables: Tables, hostId: number, order: RequestOrder): Promise<boolean> {
  const host = await tables.hosts.byId(hostId);
  return host !== undefined && isOvertaken(host, order);
}

/** What is kept of a request that did something. */
export function afterRequest({ begunAt, counter }: RequestOrder): Remembered {
  return { sessionsFrom: begunAt, counterFrom: counter };
}

/** Puts an end to every session that this host has begun, proved or not. */
export function withoutSessions({ sessionsFrom }: Pick<Host, 'sessionsFrom'>, now: number): Remembered {
  return { sessionsFrom: Math.max(now, sessionsFrom ?? 0) + 1, counterFrom: null };
}
