import type { FleetFile, FleetHostsGroup } from '@remotes/protocol/values/fleet-file';
import { reportTwice, settleNames } from './fleet-claims.ts';
import type { FilePath, Findings } from './fleet-findings.ts';
import { createHostFinder } from './fleet-host-finder.ts';
import { nearMiss } from './fleet-near-miss.ts';
import type { FleetState } from './fleet-state.ts';
import type { HostsGroupStep } from './fleet-steps.ts';
import type { Host, HostsGroup } from './ports.ts';

/** Every hosts group, before and after. */
export function planHostsGroups(state: FleetState, file: FleetFile, findings: Findings): HostsGroupStep[] {
  const entries = (file.hosts_groups ?? []).map((entry, index) => ({ entry, at: ['hosts_groups', index] }));
  const rows = settleNames(
    entries,
    state.hostsGroups,
    { noun: 'hosts group', passesOverMissing: state.commands.length === 0 },
    findings,
  );
  const find = createReferenceReader(state.hosts, findings);
  const steps = entries.map(({ entry, at }, index) => {
    const former = rows[index];
    const wanted = { name: entry.name, isActive: entry.active ?? true };
    return { former, wanted, isNamed: true, ...planMembers(state, former, entry, at, find, findings) };
  });
  const others = state.hostsGroups.filter((group) => !rows.includes(group));
  return [...steps, ...others.map(standing)];
}

function standing(former: HostsGroup): HostsGroupStep {
  const wanted = { name: former.name, isActive: former.isActive };
  return { former, wanted, isNamed: false, joining: [], leaving: [] };
}

type ReferenceReader = (reference: string, at: FilePath) => Host | undefined;

/** Finds the host that a reference stands for, or says that there is none. */
export function createReferenceReader(hosts: readonly Host[], { problems }: Findings): ReferenceReader {
  const find = createHostFinder(hosts);
  return (reference, at) => {
    const host = find(reference);
    if (!host) {
      const guess = nearMiss(
        reference,
        hosts.map(({ name }) => name),
      );
      problems.push({ at, sentence: `There is no host "${reference}"${guess || '.'}` });
    }
    return host;
  };
}

function planMembers(
  state: FleetState,
  former: HostsGroup | undefined,
  entry: FleetHostsGroup,
  at: FilePath,
  find: ReferenceReader,
  findings: Findings,
): Pick<HostsGroupStep, 'joining' | 'leaving'> {
  const { hosts, hosts_exact: exact } = entry;
  if (hosts && exact) {
    const sentence = 'Say "hosts" to add hosts or "hosts_exact" to name all of them, not both';
    findings.problems.push({ at: [...at, 'hosts_exact'], sentence, earlier: [...at, 'hosts'] });
  }
  const key = exact ? 'hosts_exact' : 'hosts';
  const references = (exact ?? hosts ?? []).map((reference, index) => ({
    at: [...at, key, index],
    host: find(reference, [...at, key, index]),
  }));
  const found = references.flatMap(({ host, at: hostAt }) => (host ? [{ host, at: hostAt }] : []));
  reportTwice(
    found.map(({ host, at: hostAt }) => ({
      at: hostAt,
      key: String(host.id),
      label: `The host "${host.name}"`,
    })),
    findings,
  );
  const present = (former && state.memberIds.get(former.id)) ?? new Set();
  const listed = new Set(found.map(({ host }) => host));
  const joining = [...listed].filter((host) => !present.has(host.id));
  const leaving = exact ? state.hosts.filter((host) => present.has(host.id) && !listed.has(host)) : [];
  return { joining, leaving };
}
