import type { Clock } from './clock.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Visit } from './ports.ts';

/** Who came when: kept in memory and written in batches, so that an idle fleet costs the database close to nothing. */
export type Presence = {
  visit(host: KnownHost, from: Visitor, kind: VisitKind): void;
  /** The visits since the last call. */
  take(): Visit[];
};

/** Looked at once in a batch: finding out an address costs a system call. */
export type Visitor = {
  readonly address: string;
  readonly clientAgent: string | null;
  readonly clientVersion: string | null;
};

/**
 * Only a poll tells how often a host comes: one that executes ten commands comes ten times in a row. `live`: it is connected,
 * and will be said to be so again; `gone`: its connection has ended.
 */
type VisitKind = 'poll' | 'other' | 'live' | 'gone';

/** How much the newest pause weighs in the usual one. */
const newestWeight = 0.2;

/** How often the visit of a host that is connected is written down. */
export const liveVisitMs = 60_000;

export function createPresence(clock: Clock): Presence {
  const polls = new Map<number, { at: number; usualMs: number | null }>();
  let visits = new Map<number, Visit>();
  return Object.freeze({
    visit(host: KnownHost, from: Visitor, kind: VisitKind) {
      const at = clock();
      let poll = polls.get(host.id);
      if (kind === 'poll') {
        poll = { at, usualMs: poll ? blend(poll.usualMs, at - poll.at) : null };
        polls.set(host.id, poll);
      }
      const usualIntervalMs = usualOf(kind) ?? poll?.usualMs ?? null;
      const visit = visits.get(host.id);
      if (visit) {
        visit.at = at;
        visit.usualIntervalMs = usualIntervalMs;
        return;
      }
      visits.set(host.id, {
        hostId: host.id,
        at,
        usualIntervalMs,
        address: from.address,
        clientAgent: from.clientAgent,
        clientVersion: from.clientVersion,
      });
    },
    take() {
      const taken = [...visits.values()];
      visits = new Map();
      return taken;
    },
  });
}

/** Who is gone is away at once, unless it is back before that is written. */
function usualOf(kind: VisitKind): number | undefined {
  if (kind === 'live') return liveVisitMs;
  return kind === 'gone' ? 0 : undefined;
}

function blend(usualMs: number | null, pauseMs: number): number {
  return usualMs === null ? pauseMs : Math.round(usualMs + (pauseMs - usualMs) * newestWeight);
}
