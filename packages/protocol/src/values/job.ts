import { type Static, Type } from 'typebox';

/**
 * What becomes of a job. `open`: runs are still to be handed out, or under way. `halted`: as many failed as it was allowed.
 * `stopped`: an operator ended it. `ended`: nothing is open any more.
 */
export const JobState = Type.Enum(['open', 'halted', 'stopped', 'ended']);
export type JobState = Static<typeof JobState>;

/** Which hosts of a job it is run on again: `failed` are those that failed, timed out, were stopped or refused it. */
export const AgainOn = Type.Enum(['all', 'failed', 'interrupted', 'missed']);
export type AgainOn = Static<typeof AgainOn>;

/** A number of hosts, or a share of the targets: `10%`. */
export const HostsShare = Type.Union([
  Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  Type.String({ pattern: '^(100|[1-9][0-9]?)%$', patternErrorMessage: 'a share from 1% to 100%' }),
]);
export type HostsShare = Static<typeof HostsShare>;
