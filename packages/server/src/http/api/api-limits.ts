import { networkOf } from '../../domain/address-network.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Actor } from '../../domain/operators/actor.ts';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import { createRateLimit } from '../rate-limit.ts';

/** How often may be asked in a minute: by one operator or token, from one address without either, and in vain. */
export type ApiLimits = {
  /** Counts a request; refuses it when there were too many. */
  take(actor: Actor | undefined, address: string): Problem | undefined;
  /** Asked before a password or a token of somebody unknown is looked at. */
  refusalOfGuess(address: string): Problem | undefined;
  noteWrongGuess(address: string): void;
};

export type ApiRates = {
  readonly requestsPerOperator: number;
  readonly failedSignInsPerAddress: number;
};

/** Of those who have not signed in, beside that of one operator. */
const strangersShare = 1 / 5;

export function createApiLimits(clock: Clock, rates: ApiRates): ApiLimits {
  const known = createRateLimit(clock, rates.requestsPerOperator);
  const strangers = createRateLimit(clock, Math.ceil(rates.requestsPerOperator * strangersShare));
  const guesses = createRateLimit(clock, rates.failedSignInsPerAddress);
  return Object.freeze({
    take(actor: Actor | undefined, address: string) {
      const [limit, key] = actor ? [known, keyOf(actor)] : [strangers, networkOf(address)];
      const refusal = refusalUntil(limit.waitSeconds(key), 'There were too many requests');
      if (!refusal) limit.count(key);
      return refusal;
    },
    refusalOfGuess: (address: string) =>
      refusalUntil(guesses.waitSeconds(networkOf(address)), 'There were too many failed attempts'),
    noteWrongGuess: (address: string) => guesses.count(networkOf(address)),
  });
}

/** A token has a measure of its own: a script that runs wild does not lock out its owner. */
function keyOf({ operatorId, by }: Actor): string {
  return 'token' in by ? `token ${by.token}` : `operator ${operatorId}`;
}

function refusalUntil(waitSeconds: number, what: string): Problem | undefined {
  if (waitSeconds === 0) return undefined;
  return {
    ...problem('too_many_requests', `${what} within a minute: wait ${waitSeconds} seconds.`),
    retryAfterSeconds: waitSeconds,
  };
}
