import type { Reach } from '../domain/decisions.ts';

/** Two numbers name a lock; the first says of what kind it is. */
const fleetLock = '736411, 0';
const hostLocks = 736_412;

/**
 * Decisions look first and write then, so that nothing may change in between what they act on. Locks see to that:
 * one for the whole fleet, which a decision shares that touches one host only, and one for each host. They are
 * PostgreSQL's advisory locks; another program that takes the same ones would only cost time.
 *
 * The level is named because each statement must see what was committed before it, not before the lock was waited for.
 */
export function beginDecision(reach: Reach, input: unknown): string {
  return `begin isolation level read committed, read write; set local synchronous_commit to on; ${locks(reach, input)}`;
}

/** Shuts out every decision, and every other server that is starting. */
export const beginMigration = beginDecision('fleet', undefined);

function locks(reach: Reach, input: unknown): string {
  if (reach === 'apart') return '';
  if (reach === 'fleet') return `select pg_advisory_xact_lock(${fleetLock})`;
  const { hostId } = input as { hostId: number };
  // Hosts that share a lock only wait for each other.
  return `select pg_advisory_xact_lock_shared(${fleetLock}), pg_advisory_xact_lock(${hostLocks}, ${hostId | 0})`;
}
