import type { Mind } from '../domain/mind.ts';
import { liveVisitMs } from '../domain/presence.ts';
import type { Pace } from './pace.ts';
import type { OpenSession } from './session.ts';

/**
 * Watches over all connections by one timer: who is silent is pinged, who stays silent is cut. A ping can be answered by
 * anybody on the way, so who says nothing under the seal for long is cut too.
 */
export type Watch = {
  /** Answers what is told of the connection from now on. */
  begin(session: () => OpenSession): Watching;
  readonly sessions: () => readonly OpenSession[];
  /** How many have not said hello yet. */
  newcomers(): number;
  /** Cuts the one of them that has been here longest, where it is the one that is waited for. */
  makeRoom(): void;
  stop(): void;
};

/** What is told of one connection. */
export type Watching = {
  /** Something came, by whomever. */
  heard(): void;
  /** It said something under the seal. */
  spoke(): void;
  greeted(): void;
  ended(): void;
};

type Watched = {
  readonly session: () => OpenSession;
  readonly openedAt: number;
  heardAt: number;
  spokeAt: number;
  calledAt: number | undefined;
  visitedAt: number;
  /** How long before its end the session is replaced, so that not all are at once. */
  readonly earlierMs: number;
};

const hourMs = 60 * 60 * 1000;

/** `monotonicMs` is a clock that is never set. */
export function startWatch(
  mind: Mind,
  { helloMs, silenceMs, speechMs, roomMs, tickMs }: Pace,
  monotonicMs: () => number = () => performance.now(),
): Watch {
  const watched = new Set<Watched>();
  const newcomers = new Set<Watched>();
  const look = (one: Watched, now: number) => {
    const session = one.session();
    const live = session.live();
    if (!live && now - one.openedAt >= helloMs) return session.end('hello_late');
    if (one.calledAt !== undefined && now - one.calledAt >= silenceMs) return session.socket.end('cut');
    if (now - one.spokeAt >= speechMs && !session.isBusy()) return session.socket.end('cut');
    if (one.calledAt === undefined && now - one.heardAt >= silenceMs) {
      one.calledAt = now;
      session.socket.ping();
    }
    if (live && now - one.visitedAt >= liveVisitMs) {
      one.visitedAt = now;
      mind.presence.visit(live.host, live.from, 'live');
    }
    const expiresAt = session.expiresAt();
    if (expiresAt !== undefined && mind.clock() >= expiresAt - one.earlierMs && !session.isBusy())
      session.end('session_ended');
  };
  const timer = setInterval(() => {
    const now = monotonicMs();
    for (const one of watched) look(one, now);
  }, tickMs);
  return Object.freeze({
    begin(session: () => OpenSession) {
      const now = monotonicMs();
      const one: Watched = {
        session,
        openedAt: now,
        heardAt: now,
        spokeAt: now,
        calledAt: undefined,
        visitedAt: now,
        earlierMs: hourMs * (1 + Math.random()),
      };
      watched.add(one);
      newcomers.add(one);
      return {
        heard() {
          one.heardAt = monotonicMs();
          one.calledAt = undefined;
        },
        spoke() {
          one.spokeAt = monotonicMs();
        },
        greeted: () => void newcomers.delete(one),
        ended() {
          watched.delete(one);
          newcomers.delete(one);
        },
      };
    },
    sessions: () => [...watched].map(({ session }) => session()),
    newcomers: () => newcomers.size,
    makeRoom() {
      const now = monotonicMs();
      const isLate = (one: Watched) => now - one.openedAt >= roomMs && !one.session().isBusy();
      const late = [...newcomers].find(isLate);
      if (!late) return;
      newcomers.delete(late);
      late.session().socket.end('cut');
    },
    stop: () => clearInterval(timer),
  });
}
