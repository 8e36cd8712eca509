import { randomInt } from 'node:crypto';
import { type SessionKeys, sessionKeys } from '@remotes/protocol/crypto/frame';

/** One server's memory of a session, with the session's keys there. */
type Line = { readonly name: string; readonly instance: Buffer; readonly keys: SessionKeys };

/**
 * The instances of a session. Behind a balancer each of several servers has one of its own, and knows nothing of those of
 * the others; none of them is given up. Each answer tells who gave it, and so who may be
 * next: servers that take turns by a rule are soon met in their own instance, each at its turn.
 */
export type Lines = {
  readonly present: () => Line;
  /** Whoever answered last is the server of the present line. */
  readonly obeyed: () => void;
  /** Whoever answered last wants to be spoken with in this instance. */
  readonly renew: (instance: string) => void;
};

export function openLines(secret: Buffer, first: string): Lines {
  const known = new Map<string, Line>();
  const next = new Map<string, Line>();
  const lineOf = (name: string) => {
    const old = known.get(name);
    if (old !== undefined) return old;
    const instance = Buffer.from(name, 'base64url');
    const line: Line = { name, instance, keys: sessionKeys(secret, instance) };
    if (known.size >= mostLines) {
      known.clear();
      next.clear();
    }
    known.set(name, line);
    return line;
  };
  let line = lineOf(first);
  let last = line;
  const recent = [line];
  const note = (answering: Line) => {
    next.set(last.name, answering);
    last = answering;
    recent.push(answering);
    if (recent.length > remembered) recent.shift();
    line = next.get(last.name) ?? last;
  };
  return Object.freeze({
    present: () => line,
    obeyed: () => note(line),
    renew(name: string) {
      const isNew = !known.has(name);
      note(lineOf(name));
      // Turns by a rule that is not seen through would for ever be met wrongly, if not for chance.
      if (!isNew && randomInt(3) === 0) line = recent[randomInt(recent.length)] ?? line;
    },
  });
}

/** More than there are servers by far. One that is forgotten and met again begins no counter: that is the session's. */
const mostLines = 64;
const remembered = 8;
