import type { Host, Tables } from './ports.ts';
import { isFarAhead } from './session-ticket.ts';

/** Where a request stands among all of its host: when its session began, its counter there, and when it came here. */
export type RequestOrder = { begunAt: number; counter: number; at: number };

type Remembered = Pick<Host, 'sessionsFrom' | 'counterFrom'>;

/** Whether a later request has done something already: then this one was held back on its way, and is not obeyed. */
export function isOvertaken(host: Remembered, { begunAt, counter, at }: RequestOrder): boolean {
  const sessionsFrom = sessionsCountFrom(host, at);
  if (begunAt > sessionsFrom) return false;
  return begunAt < sessionsFrom || counter < (host.counterFrom ?? 0);
}

/** Sessions that began before then have ended. */
export function sessionsCountFrom({ sessionsFrom }: Pick<Host, 'sessionsFrom'>, now: number): number {
  return sessionsFrom === null || isFarAhead(sessionsFrom, now) ? 0 : sessionsFrom;
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
export function withoutSessions(host: Pick<Host, 'sessionsFrom'>, now: number): Remembered {
  return { sessionsFrom: Math.max(now, sessionsCountFrom(host, now)) + 1, counterFrom: null };
}
