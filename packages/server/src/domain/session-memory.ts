import { randomBytes } from 'node:crypto';
import { createBoundedMemory } from './bounded-memory.ts';
import type { SessionTicket } from './session-ticket.ts';

/**
 * Against repetition: of each session the instance that its counter counts for, and the highest counter seen in it. What
 * is forgotten goes on in a new instance, so that no counter is ever counted twice.
 */
export type SessionMemory = {
  /** Begins a session in this new instance. */
  begin(transcript: Buffer, instance: Buffer): void;
  /** Whether this counter may be obeyed; from then on it may not again. Otherwise the instance in which to go on. */
  count(ticket: SessionTicket, instance: Buffer, counter: number): 'obey' | 'replayed' | { renew: Buffer };
};

type Remembered = {
  /** The one that the session is in; undefined where this memory knows of none. */
  current: string | undefined;
  highest: number;
  /**
   * The one that was offered and is unused yet. The current one stays good meanwhile: whoever repeats a frame of a
   * former instance gets the same offer again, and puts nobody out.
   */
  offered: string | undefined;
};

/** 16 random bytes: there is no second one like it. */
export function newInstance(): Buffer {
  return randomBytes(16);
}

/** Strangers have a memory of their own, so that nobody who merely shakes hands puts a host out of its session. */
export function createSessionMemory({ hosts = 100_000, strangers = 10_000 } = {}): SessionMemory {
  const ofHosts = createBoundedMemory<string, Remembered>(hosts);
  const ofStrangers = createBoundedMemory<string, Remembered>(strangers);
  const find = (ticket: SessionTicket): Remembered | undefined => {
    const key = keyOf(ticket.transcript);
    if (!ticket.host) return ofHosts.find(key) ?? ofStrangers.find(key);
    const known = ofHosts.find(key);
    if (known) return known;
    const stranger = ofStrangers.find(key);
    if (!stranger) return undefined;
    // It has proved itself since.
    ofStrangers.forget(key);
    return ofHosts.keep(key, stranger);
  };
  return Object.freeze({
    begin(transcript: Buffer, instance: Buffer) {
      ofStrangers.keep(keyOf(transcript), { current: nameOf(instance), highest: -1, offered: undefined });
    },
    count(ticket: SessionTicket, instance: Buffer, counter: number) {
      const name = nameOf(instance);
      const known =
        find(ticket) ??
        (ticket.host ? ofHosts : ofStrangers).keep(keyOf(ticket.transcript), {
          current: undefined,
          highest: -1,
          offered: undefined,
        });
      if (known.offered === name) {
        known.current = name;
        known.highest = -1;
        known.offered = undefined;
      }
      if (known.current !== name) {
        known.offered ??= nameOf(newInstance());
        return { renew: Buffer.from(known.offered, 'latin1') };
      }
      if (counter <= known.highest) return 'replayed';
      known.highest = counter;
      return 'obey';
    },
  });
}

/** One byte a character: the shortest way to keep it. */
function nameOf(instance: Buffer): string {
  return instance.toString('latin1');
}

function keyOf(transcript: Buffer): string {
  return transcript.toString('latin1');
}
