import { type RefusalCode, refusals, refuse } from '@remotes/protocol/errors';
import { networkOf } from '../domain/address-network.ts';
import type { Clock } from '../domain/clock.ts';
import type { Limits } from '../domain/mind.ts';
import type { HttpRefusal } from './errors.ts';
import { createRateLimit } from './rate-limit.ts';

/**
 * How often one address may fail to register and one token may succeed, each in a minute. Only `host_register` is ever
 * refused: a v1 client does not survive that at `host_verify`, whose failures count all the same.
 */
export type RegistrationLimits = {
  /** Asked before anything is looked up: an address that has failed too often is not worth the work. */
  refusalOfAddress(address: string): HttpRefusal | undefined;
  /** Takes a place among the token's successes, before it is known whether this will be one. */
  takePlace(secretHash: string): HttpRefusal | undefined;
  givePlaceBack(secretHash: string): void;
  noteRefusal(address: string, code: RefusalCode): void;
};

export function createRegistrationLimits(clock: Clock, limits: Limits): RegistrationLimits {
  const failures = createRateLimit(clock, limits.failedRegistrationsPerAddress);
  const successes = createRateLimit(clock, limits.registrationsPerToken);
  return Object.freeze({
    refusalOfAddress: (address: string) => refusalUntil(failures.waitSeconds(networkOf(address))),
    takePlace(secretHash: string) {
      const refusal = refusalUntil(successes.waitSeconds(secretHash));
      if (!refusal) successes.count(secretHash);
      return refusal;
    },
    givePlaceBack: successes.uncount,
    noteRefusal(address: string, code: RefusalCode) {
      if (countedStatuses.has(refusals[code].status)) failures.count(networkOf(address));
    },
  });
}

/** Wrong bodies, wrong tokens, spent tokens. Neither a wrong method nor our own trouble is a failed registration. */
const countedStatuses: ReadonlySet<number> = new Set([400, 401, 403]);

function refusalUntil(waitSeconds: number): HttpRefusal | undefined {
  if (waitSeconds === 0) return undefined;
  return { ...refuse('too_many_requests'), headers: { 'retry-after': String(waitSeconds) } };
}
