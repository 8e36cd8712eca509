import { type Trouble, trouble } from '../trouble.ts';
import type { Outgoing } from './sealed-session.ts';

/**
 * Whether these may be said again as they stand, when nobody knows what became of the first time. A claim may not: what it
 * was given would be lost with the answer, and the next claim is given other runs. Behind a hello it may, as that says what
 * this host holds, so that the server gives it again.
 */
export function mayRepeat(messages: readonly Outgoing[]): boolean {
  const types = messages.map((one) => ('message' in one ? (one.message as { type: string }) : one).type);
  const claim = types.indexOf('claim');
  return claim === -1 || types.slice(0, claim).includes('hello');
}

export function notRepeated(): Trouble {
  return trouble(
    'unrepeated',
    'what was asked for may have been given and lost on the way: it is asked for anew, beginning with what this host holds',
  );
}
