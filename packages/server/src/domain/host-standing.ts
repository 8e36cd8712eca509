import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { type CommandDefinition, currentDefinitions } from './definitions.ts';
import { findHosts } from './host-finding.ts';
import { changeHosts } from './hosts-changing.ts';
import { runsOnV1 } from './offer.ts';
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
  const admitted = changes.filter(({ change }) => change.state === 'verified');
  const willRunOn = admitted.length > 0 ? await countDue(tables, runnable, admitted) : 0;
  const refusal =
    deed === 'disable' && (manner.areSelected || agreedHosts !== null)
      ? refusalOfNumber(definitions, changes.length, agreedHosts, 'will be disabled')
      : refusalOfRuns(definitions, willRunOn, agreedHosts);
  if (manner.isDryRun) {
    return { changed: changes.map(({ host, change }) => ({ ...host, ...change })), unchanged, willRunOn };
  }
  if (refusal) return refusal;

  await changeHosts(tables, changes);
  await tables.audit.noteAll(
    changes.map(({ host, change }) => ({
      at: now,
      by,
      action: `host.${deed}`,
      subject: `host ${host.id}`,
      before: { name: host.name, state: host.state },
      after: { name: host.name, state: change.state ?? host.state },
    })),
  );
  if (changes.length > 0) await tables.server.bumpEpoch();
  return { changed: changes.map(({ host, change }) => ({ ...host, ...change })), unchanged, willRunOn };
}

/** On how many of these hosts something waits that they can be given. */
async function countDue(
  tables: Tables,
  runnable: readonly CommandDefinition[],
  changes: readonly { readonly host: Host }[],
): Promise<number> {
  const numbersOf = (isOnV1: boolean) =>
    runnable.filter(({ interpreter }) => !isOnV1 || runsOnV1(interpreter)).map(({ id }) => id);
  const sealed = new Set(await tables.pending.waitingHostIds(numbersOf(false)));
  const onV1 = new Set(await tables.pending.waitingHostIds(numbersOf(true)));
  return changes.filter(({ host }) => (host.channelKey === null ? onV1 : sealed).has(host.id)).length;
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
