import { createBoundedMemory } from './bounded-memory.ts';
import { isFarAhead, type SessionTicket } from './session-ticket.ts';

type Begun = Pick<SessionTicket, 'begunAt' | 'transcript'>;

/**
 * Of each host the session that began last, of those that were proved here: it has put an end to the others, so that
 * nothing is obeyed that somebody held back of them.
 */
export type NewestSessions = {
  /** When a session begins that begins now: later than each that was proved here. */
  beginAt(now: number): number;
  /** Clocks of servers differ: what begins here from now on has begun later than this. */
  follow(begunAt: number, now: number): void;
  /** Whether one that began later has ended it. */
  isOlder(hostId: number, session: Begun, now: number): boolean;
  /** The host has proved itself in this session; false if one that began later has ended it. */
  prove(hostId: number, session: Begun, now: number): boolean;
  /** The same for a session that was proved before, here or at another server. */
  goOn(hostId: number, session: Begun, now: number): boolean;
};

export function createNewestSessions(capacity = 100_000): NewestSessions {
  const newest = createBoundedMemory<number, Begun>(capacity);
  let earliest = 0;
  const follow = (begunAt: number, now: number) => {
    if (!isFarAhead(begunAt, now)) earliest = Math.max(earliest, begunAt + 1);
  };
  const find = (hostId: number, now: number) => {
    const known = newest.find(hostId);
    return known && isFarAhead(known.begunAt, now) ? undefined : known;
  };
  const isOlder = (hostId: number, session: Begun, now: number) => {
    const known = find(hostId, now);
    return known !== undefined && session.begunAt < known.begunAt;
  };
  const take = (hostId: number, { begunAt, transcript }: Begun, now: number) => {
    follow(begunAt, now);
    newest.keep(hostId, { begunAt, transcript });
    return true;
  };
  return Object.freeze({
    // Far ahead it is of a clock that was set back since.
    beginAt: (now: number) => (isFarAhead(earliest, now) ? now : Math.max(now, earliest)),
    follow,
    isOlder,
    prove(hostId: number, session: Begun, now: number) {
      return isOlder(hostId, session, now) ? false : take(hostId, session, now);
    },
    goOn(hostId: number, session: Begun, now: number) {
      const known = find(hostId, now);
      if (!known || session.begunAt > known.begunAt) return take(hostId, session, now);
      return session.transcript.equals(known.transcript);
    },
  });
}
