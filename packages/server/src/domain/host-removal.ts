import { type AdministrationRefusal, isDeclined } from './administration-refusal.ts';
import { findHosts } from './host-finding.ts';
import type { Host, Tables } from './ports.ts';
import { needsYes } from './run-guard.ts';

/** Forgets all of these hosts, with everything that is stored about them, or none. */
export async function decideRemoval(
  tables: Tables,
  { hosts: references, agreedHosts }: { hosts: string[]; agreedHosts: number | null },
): Promise<{ removed: Host[] } | AdministrationRefusal> {
  const hosts = await findHosts(tables, references);
  if (isDeclined(hosts)) return hosts;
  const withRuns: Host[] = [];
  for (const host of hosts) {
    if ((await tables.runs.list({ hostId: host.id, limit: 1 })).length > 0) withRuns.push(host);
  }
  if (withRuns.length > 0 && hosts.length > (agreedHosts ?? 0))
    return needsYes(hosts.length, what(hosts, withRuns));
  for (const host of hosts) await tables.hosts.remove(host.id);
  if (hosts.length > 0) await tables.server.bumpEpoch();
  return { removed: hosts };
}

function what(hosts: readonly Host[], withRuns: readonly Host[]): string {
  const all = hosts.length === 1 ? `host "${hosts[0]!.name}"` : `${hosts.length} hosts`;
  const whose = hosts.length === withRuns.length ? '' : ` (${withRuns.length} of them have past runs)`;
  return (
    `This removes ${all} for good, with past runs, their output and every value saved for it${whose}; ` +
    'if it registers again, it is a new host and runs the commands of its groups anew'
  );
}
