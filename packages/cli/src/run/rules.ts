import type { AgainRequest } from '@remotes/protocol/operators/job-request';
import type { HostsShare } from '@remotes/protocol/values/job';
import type { Given, Options } from '../command.ts';
import { isGiven, readSeconds, readText } from '../given.ts';
import { usageTrouble } from '../trouble.ts';

/** How a job goes about it. */
export const ruleOptions = {
  wave: { type: 'string' },
  'stop-after': { type: 'string' },
  expires: { type: 'string' },
  'skip-unsuitable': { type: 'boolean' },
} as const satisfies Options;

export type Rules = Pick<AgainRequest, 'wave' | 'stop_after' | 'expires_in_seconds' | 'skip_unsuitable'>;

export function readRules(given: Given): Rules {
  const wave = readShare(given, 'wave');
  const stopAfter = readShare(given, 'stop-after');
  const expires = readSeconds(given, 'expires');
  return {
    ...(wave !== undefined && { wave }),
    ...(stopAfter !== undefined && { stop_after: stopAfter }),
    ...(expires !== undefined && { expires_in_seconds: expires }),
    ...(isGiven(given, 'skip-unsuitable') && { skip_unsuitable: true }),
  };
}

/** A number of hosts, or a share of them. */
function readShare(given: Given, option: string): HostsShare | undefined {
  const written = readText(given, option);
  if (written === undefined || /^(100|[1-9]\d?)%$/.test(written)) return written;
  if (/^[1-9]\d{0,5}$/.test(written)) return Number(written);
  throw usageTrouble(
    `--${option} must be a number of hosts or a share of them, 5 or 10% say, not "${written}".`,
  );
}
