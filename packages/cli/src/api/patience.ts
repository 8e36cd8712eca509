import { setTimeout as delay } from 'node:timers/promises';
import type { Trouble } from '../trouble.ts';
import type { HttpAnswer } from './exchange.ts';
import { isNetworkTrouble } from './network-trouble.ts';

type Attempt =
  | { readonly answer: HttpAnswer }
  | { readonly refusal: Trouble; readonly retryAfterSeconds: number | undefined };

const mostAttempts = 4;
/** Longer than this nobody waits at a terminal. */
const mostWaitSeconds = 60;
const firstPauseMs = 250;

/** Waits as long as a busy server asks for, and says again what got no answer, where that can do nothing twice. */
export async function withPatience(
  attempt: () => Promise<Attempt>,
  { isRepeatable }: { readonly isRepeatable: boolean },
): Promise<HttpAnswer> {
  let hasLeft = false;
  for (let count = 1; ; count++) {
    try {
      const outcome = await attempt();
      if ('answer' in outcome) return outcome.answer;
      const { refusal, retryAfterSeconds: seconds } = outcome;
      if (seconds === undefined || seconds > mostWaitSeconds || count >= mostAttempts) throw refusal;
      if (process.stderr.isTTY) console.error(`${refusal.message} Waiting for ${seconds} s …`);
      await delay(seconds * 1000);
    } catch (thrown) {
      if (!isNetworkTrouble(thrown)) throw thrown;
      hasLeft ||= !thrown.isUnsent;
      // What was sent may have been done: a server that starts anew is asked what became of it.
      const isWorthIt = thrown.isStale || (isRepeatable && hasLeft);
      if (!isWorthIt || count >= mostAttempts) throw thrown;
      await delay(firstPauseMs * 2 ** count);
    }
  }
}
