import { type AdministrationRefusal, isDeclined } from './administration-refusal.ts';
import { currentDefinitions } from './definitions.ts';
import { findHosts } from './host-finding.ts';
import { countMove } from './jobs/job-slots.ts';
import type { Asker } from './operators/asker.ts';
import type { Host, Tables } from './ports.ts';
import { needsYes, refusalOfNumber } from './run-guard.ts';

export type RemovalRequest = Asker & {
  hosts: string[];
  agreedHosts: number | null;
  now: number;
  /** They were not named one by one. */
  areSelected?: boolean;
  isDryRun?: boolean;
};

/** Forgets all of these hosts, with everything that is stored about them, or none. */
export async function decideRemoval(
  tables: Tables,
  { hosts: references, agreedHosts, now, by, within, areSelected = false, isDryRun = false }: RemovalRequest,
): Promise<{ removed: Host[] } | AdministrationRefusal> {
  const hosts = await findHosts(tables, references, within);
  if (isDeclined(hosts)) return hosts;
  if (isDryRun) return { removed: hosts };
  const withRuns: Host[] = [];
  for (const host of hosts) {
    if ((await tables.runs.list({ hostId: host.id, limit: 1 })).length > 0) withRuns.push(host);
  }
  if (withRuns.length > 0 && hosts.length !== agreedHosts)
    return needsYes(hosts.length, what(hosts, withRuns));
  const refusal =
    (areSelected || agreedHosts !== null) &&
    refusalOfNumber(await currentDefinitions(tables), hosts.length, agreedHosts, 'will be forgotten');
  if (refusal) return refusal;
  for (const host of hosts) {
    // What it held of a job's wave is free again.
    for (const run of await tables.runs.unfinishedOfHost(host.id)) {
      await countMove(tables, run, 'cancelled', now);
    }
    await tables.hosts.remove(host.id);
    await tables.audit.note({
      at: now,
      by,
      action: 'host.remove',
      subject: `host ${host.id}`,
      before: { name: host.name, uuid: host.uuid, state: host.state },
    });
  }
  if (hosts.length > 0) await tables.server.bumpEpoch();
  return { removed: hosts };
}

const mostNamed = 10;

function what(hosts: readonly Host[], withRuns: readonly Host[]): string {
  const some = withRuns.slice(0, mostNamed).map((host) => `"${host.name}"`);
  const more = withRuns.length > some.length ? ` and ${withRuns.length - some.length} more` : '';
  const names = some.join(', ') + more;
  const [all, whose] =
    hosts.length === 1 ? ['This host goes', 'it'] : [`These ${hosts.length} hosts go`, 'them'];
  return (
    `${all} for good, with everything saved for ${whose} and the past runs and output of ${names}. ` +
    'A host that registers again is a new one, and runs the commands of its groups anew.'
  );
}
