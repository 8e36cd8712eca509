import type { HostsShare } from '@remotes/protocol/values/job';

/** In hosts: a number as it is, a share of the targets rounded up, so that it is one at least. */
export function hostsOf(share: HostsShare | null, targets: number): number | null {
  if (share === null || typeof share === 'number') return share;
  return Math.max(1, Math.ceil((targets * Number.parseInt(share, 10)) / 100));
}
