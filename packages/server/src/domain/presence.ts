import type { Clock } from './clock.ts';
import { presenceOf } from './hosts-reading.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Host, Visit } from './ports.ts';

/** Who came when: kept in memory and written in batches, so that an idle fleet costs the database close to nothing. */
export type Presence = {
  visit(host: KnownHost, from: Visitor, kind: VisitKind): void;
  /** The visits that were not taken before. */
  take(): Visit[];
  /** Writes what was not written before; what could not be written stays for the next time. */
  record(): Promise<void>;
  /** Writes at once where a host came for the first time, or came back: what is asked of the memory next must not miss it. */
  settle(): Promise<void>;
  /** The same host, seen when it really came here last. */
  upToDate(host: Host): Host;
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

type LastVisit = {
  lastSeenAt: number;
  polledAt: number | null;
  polledEveryMs: number | null;
  usualIntervalMs: number | null;
};

/** How much the newest pause weighs in the usual one. */
const newestWeight = 0.2;

/** How often the visit of a host that is connected is written down. */
export const liveVisitMs = 60_000;

export function createPresence(clock: Clock, store: (visits: Visit[]) => Promise<unknown>): Presence {
  const last = new Map<number, LastVisit>();
  let visits = new Map<number, Visit>();
  let [news, settledNews] = [0, 0];
  let writing: Promise<void> = Promise.resolve();

  const take = () => {
    const taken = [...visits.values()];
    visits = new Map();
    return taken;
  };

  const write = async () => {
    const newsTaken = news;
    const taken = take();
    try {
      if (taken.length > 0) await store(taken);
    } catch (trouble) {
      visits = new Map([...taken.map((visit) => [visit.hostId, visit] as const), ...visits]);
      throw trouble;
    }
    settledNews = newsTaken;
  };

  /** One after the other: whoever waits for the last knows that the earlier ones are through. */
  const record = () => {
    writing = writing.catch(() => {}).then(write);
    return writing;
  };

  return Object.freeze({
    visit(host: KnownHost, from: Visitor, kind: VisitKind) {
      const at = clock();
      const before = last.get(host.id);
      if (!before || kind === 'gone' || presenceOf(before, at) !== 'online') news += 1;
      const now = nextVisit(before, at, kind);
      last.set(host.id, now);
      const { usualIntervalMs } = now;
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
    take,
    record,
    async settle() {
      // Reading must go on where nothing can be written; who writes by the clock tries again, and says so.
      if (news > settledNews) await record().catch(() => {});
    },
    upToDate(host: Host) {
      const visit = last.get(host.id);
      if (!visit || visit.lastSeenAt <= (host.lastSeenAt ?? 0)) return host;
      const { lastSeenAt, usualIntervalMs } = visit;
      return { ...host, lastSeenAt, usualIntervalMs };
    },
  });
}

/** Who is gone is away at once, unless it is back before that is written. */
function usualOf(kind: VisitKind): number | undefined {
  if (kind === 'live') return liveVisitMs;
  return kind === 'gone' ? 0 : undefined;
}

function nextVisit(before: LastVisit | undefined, at: number, kind: VisitKind): LastVisit {
  const { polledAt = null, polledEveryMs = null } = before ?? {};
  const everyMs = kind === 'poll' && polledAt !== null ? blend(polledEveryMs, at - polledAt) : polledEveryMs;
  return {
    lastSeenAt: at,
    polledAt: kind === 'poll' ? at : polledAt,
    polledEveryMs: everyMs,
    usualIntervalMs: usualOf(kind) ?? everyMs,
  };
}

function blend(usualMs: number | null, pauseMs: number): number {
  return usualMs === null ? pauseMs : Math.round(usualMs + (pauseMs - usualMs) * newestWeight);
}
