import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { currentDefinitions } from './definitions.ts';
import { findHosts } from './host-finding.ts';
import { runsOn } from './offer.ts';
import type { Asker } from './operators/asker.ts';
import { reachesAll } from './operators/rights.ts';
import type { Host, HostChange, Tables } from './ports.ts';
import { withoutSessions } from './request-order.ts';
import { refusalOfNumber, refusalOfRuns, runnableCommands } from './run-guard.ts';

export type StandingRequest = Asker & {
  hosts: string[];
  deed: 'approve' | 'disable' | 'enable';
  /** On how many hosts commands may run because of it, as far as was agreed to. */
  agreedHosts: number | null;
  now: number;
  /** Whoever is no admin approves only what comes by tokens all of whose groups are his. */
  isAdmin?: boolean;
  /** They were not named one by one: how many are shut out wants to be agreed to as well. */
  areSelected?: boolean;
  isDryRun?: boolean;
};

export type HostsChanged = {
  changed: Host[];
  /** Those that were that way already. */
  unchanged: Host[];
  /** How many hosts have something to run because of it. */
  willRunOn: number;
};

/** Approves, disables or enables all of these hosts or none of them. From the commit on, a disabled host's tokens work no more. */
export async function decideStanding(
  tables: Tables,
  { hosts: references, deed, agreedHosts, now, by, within, ...manner }: StandingRequest,
): Promise<HostsChanged | AdministrationRefusal> {
  const hosts = await findHosts(tables, references, within);
  if (isDeclined(hosts)) return hosts;
  const foreign = manner.isAdmin === false ? await ofForeignToken(tables, hosts, within) : undefined;
  if (foreign) {
    return decline(
      'not_allowed',
      `Host "${foreign.name}" came by a token of other hosts groups than yours: an admin can approve it.`,
    );
  }
  const changes: { host: Host; change: HostChange }[] = [];
  const unchanged: Host[] = [];
  for (const host of hosts) {
    const next = after[deed](host, now);
    if (typeof next === 'string') return decline('unsuitable_state', next);
    if (next === undefined) unchanged.push(host);
    else changes.push({ host, change: next });
  }

  const definitions = await currentDefinitions(tables);
  const runnable = runnableCommands(definitions, now);
  let willRunOn = 0;
  for (const { host, change } of changes) {
    if (change.state !== 'verified') continue;
    const pending = new Set(await tables.pending.ofHost(host.id));
    if (runnable.some(({ id, interpreter }) => pending.has(id) && runsOn(host, interpreter))) willRunOn += 1;
  }
  const refusal =
    deed === 'disable' && manner.areSelected
      ? refusalOfNumber(definitions, changes.length, agreedHosts, 'will be disabled')
      : refusalOfRuns(definitions, willRunOn, agreedHosts);
  if (manner.isDryRun) {
    return { changed: changes.map(({ host, change }) => ({ ...host, ...change })), unchanged, willRunOn };
  }
  if (refusal) return refusal;

  for (const { host, change } of changes) {
    await tables.hosts.change(host.id, change);
    await tables.audit.note({
      at: now,
      by,
      action: `host.${deed}`,
      subject: `host ${host.id}`,
      before: { name: host.name, state: host.state },
      after: { name: host.name, state: change.state ?? host.state },
    });
  }
  if (changes.length > 0) await tables.server.bumpEpoch();
  return { changed: changes.map(({ host, change }) => ({ ...host, ...change })), unchanged, willRunOn };
}

/** The first that came by a token which is not wholly within these groups. */
async function ofForeignToken(
  tables: Tables,
  hosts: readonly Host[],
  within: readonly number[] | null,
): Promise<Host | undefined> {
  if (within === null) return undefined;
  for (const host of hosts) {
    const token = host.registrationTokenId;
    const groups = token === null ? [] : await tables.registrationTokens.hostsGroupIds(token);
    if (groups.length === 0 || !reachesAll({ hostsGroupIds: within }, groups)) return host;
  }
  return undefined;
}

/** What the deed changes of a host; undefined when it is so already, a sentence when it cannot be done. */
type After = (host: Host, now: number) => HostChange | undefined | string;

const after: Readonly<Record<StandingRequest['deed'], After>> = {
  approve(host) {
    if (host.state === 'disabled') {
      return `Host "${host.name}" is disabled: enable it first.`;
    }
    if (host.state === 'registered') {
      return `Host "${host.name}" has not verified itself yet: there is nothing to approve until it does.`;
    }
    return host.state === 'verified' ? undefined : { state: 'verified', needsApproval: false };
  },
  /** For good: what was said before is not obeyed when it is enabled again. */
  disable: (host, now) =>
    host.state === 'disabled' ? undefined : { state: 'disabled', ...withoutSessions(host, now) },
  /** Back to where it was: a host that still awaited its approval goes on waiting. */
  enable(host) {
    if (host.state !== 'disabled') return undefined;
    if (host.verifiedAt === null) return { state: 'registered' };
    return { state: host.needsApproval ? 'pending' : 'verified' };
  },
};
