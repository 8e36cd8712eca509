import type { OperatorSession } from '../ports.ts';

const hourMs = 60 * 60 * 1000;

/** A session that nobody uses ends by itself. */
export const sessionIdleMs = 12 * hourMs;
/** One that is used ends after this, all the same. */
export const sessionLifeMs = 14 * 24 * hourMs;
/** How long after a password or passkey was shown its holder counts as present. */
export const confirmedForMs = 10 * 60 * 1000;

export function isSessionAlive(
  { expiresAt, lastUsedAt }: Pick<OperatorSession, 'expiresAt' | 'lastUsedAt'>,
  now: number,
): boolean {
  return now < expiresAt && now < lastUsedAt + sessionIdleMs;
}

export function isFreshlyConfirmed({ confirmedAt }: Pick<OperatorSession, 'confirmedAt'>, now: number) {
  return confirmedAt !== null && now < confirmedAt + confirmedForMs;
}
