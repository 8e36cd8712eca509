import { randomInt } from 'node:crypto';
import { type SessionKeys, sessionKeys } from '@remotes/protocol/crypto/frame';

/** One server's memory of a session: its keys, and what counts there. */
type Line = { readonly instance: Buffer; readonly keys: SessionKeys; counter: number };

/**
 * The instances of a session. Behind a balancer each of several servers has one of its own, and knows nothing of those of
 * the others; none of them is given up, and no counter begins again.
 */
export type Lines = {
  readonly present: () => Line;
  /** Whoever answered last wants to be spoken with in this instance. */
  readonly renew: (instance: string) => void;
};

export function openLines(secret: Buffer, first: string): Lines {
  const known = new Map<string, Line>();
  const add = (text: string) => {
    const instance = Buffer.from(text, 'base64url');
    const line: Line = { instance, keys: sessionKeys(secret, instance), counter: 0 };
    known.set(text, line);
    return line;
  };
  let line = add(first);
  return Object.freeze({
    present: () => line,
    renew(text: string) {
      const offered = known.get(text);
      if (offered === undefined) line = add(text);
      // Servers that take turns by a rule would for ever be asked in each other's instance, if not for chance.
      else if (randomInt(2) === 0) line = offered;
    },
  });
}
