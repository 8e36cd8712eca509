import { isSuccess, type Outcome } from '../host/outcome.ts';

/** How a run ended, in the words of the server's states. */
export function stateOf(outcome: Outcome): 'succeeded' | 'failed' | 'timed_out' | 'stopped' {
  if (outcome.ending === 'timed_out' || outcome.ending === 'stopped') return outcome.ending;
  return isSuccess(outcome) ? 'succeeded' : 'failed';
}
