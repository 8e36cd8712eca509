import { isAnchored, osName, parseHostFilter } from '@remotes/protocol/values/host-filter';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { AgainOn } from '@remotes/protocol/values/job';
import { RunState } from '@remotes/protocol/values/run';
import { type AdministrationRefusal, isDeclined } from '../administration-refusal.ts';
import { currentDefinitions, type Definitions } from '../definitions.ts';
import { runsOnV1 } from '../offer.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { HostInBrief, Scope, Tables } from '../ports.ts';
import { selectHosts } from './host-selection.ts';
import { hostsOf } from './hosts-share.ts';
import { type SettledOrder, settleOrder } from './job-order.ts';
import type { JobAsked, JobOrder } from './job-request.ts';
import { findJob } from './job-sight.ts';

/** One host that a job is for, and in which interpreter it runs there. */
export type Target = { readonly host: HostInBrief; readonly interpreter: Interpreter };

/** A host that cannot be given the job. */
export type Unsuitable = { readonly host: HostInBrief; readonly reason: string };

/** Everything about a job that is settled before it is made. */
export type JobPlan = {
  readonly definitions: Definitions;
  readonly order: SettledOrder;
  readonly targets: readonly Target[];
  readonly unsuitable: readonly Unsuitable[];
  readonly waveSize: number | null;
  readonly stopAfter: number | null;
  readonly expiresAt: number;
  readonly parentId: string | null;
};

const usualExpirySeconds = 24 * 60 * 60;

/** Settles what runs where, as things stand in this moment. Refuses whatever would be ignored otherwise. */
export async function planJob(
  tables: Tables,
  asked: JobAsked,
): Promise<JobPlan | Problem | AdministrationRefusal> {
  const definitions = await currentDefinitions(tables);
  const order = await settleOrder(tables, definitions, asked);
  if (isProblem(order) || isDeclined(order)) return order;
  const factual = refusalOfFacts(asked, order);
  if (factual) return factual;
  const meant = await readMeant(tables, asked);
  if (isProblem(meant) || isDeclined(meant)) return meant;

  const targets: Target[] = [];
  const unsuitable: Unsuitable[] = [];
  for (const host of meant.hosts) {
    if (host.state !== 'verified') {
      // Of a group or a filter only verified hosts are meant.
      if (meant.named.has(host.id)) unsuitable.push({ host, reason: `it is ${host.state}` });
      continue;
    }
    const interpreter = interpreterOn(host, order.interpreter);
    if (host.isSealed || runsOnV1(interpreter)) targets.push({ host, interpreter });
    else unsuitable.push({ host, reason: `it speaks v1, and ${interpreter} needs Remotes' own protocol` });
  }
  const former = await formerRules(tables, asked, targets.length);
  return {
    definitions,
    order,
    targets,
    unsuitable,
    waveSize: hostsOf(asked.wave ?? former.wave, targets.length),
    stopAfter: hostsOf(asked.stopAfter ?? former.stopAfter, targets.length),
    expiresAt: asked.now + (asked.expiresInSeconds ?? usualExpirySeconds) * 1000,
    parentId: asked.order.kind === 'again' ? asked.order.jobId : null,
  };
}

/** Facts are a host's claims: a secret goes to nobody for what he says of himself. */
function refusalOfFacts({ targets }: JobAsked, { settings }: SettledOrder): Problem | undefined {
  const where = targets?.where;
  if (where === undefined || targets?.hosts || targets?.hosts_groups) return undefined;
  const filter = parseHostFilter(where);
  const secret = settings.find(({ isSecret }) => isSecret);
  if (!secret || 'problem' in filter || isAnchored(filter)) return undefined;
  return problem(
    'unsuitable_value',
    `It hands over the secret setting "${secret.name}": what hosts say of themselves may not select them alone. Name hosts or hosts groups besides.`,
  );
}

type Meant = { hosts: readonly HostInBrief[]; named: ReadonlySet<number> };

async function readMeant(
  tables: Tables,
  { order, targets, scope, now }: JobAsked,
): Promise<Meant | Problem | AdministrationRefusal> {
  if (order.kind !== 'again') return selectHosts(tables, scope, targets ?? {}, now);
  const hosts = await hostsOfParent(tables, order, scope);
  return isProblem(hosts) ? hosts : { hosts, named: new Set() };
}

/** Whoever held a job back wants it held back when it is run again: only another wish changes that. */
async function formerRules(tables: Tables, { order, scope }: JobAsked, targets: number): Promise<Rules> {
  const job = order.kind === 'again' ? await findJob(tables, order.jobId, scope) : undefined;
  if (!job || isProblem(job) || job.kind === 'standing') return { wave: null, stopAfter: null };
  // One above the number of targets holds nothing back, and would tell narrowed rights how many others there were.
  const kept = (hosts: number | null) => (hosts !== null && hosts <= targets ? hosts : null);
  return { wave: kept(job.waveSize), stopAfter: kept(job.stopAfter) };
}

type Rules = { readonly wave: number | null; readonly stopAfter: number | null };

async function hostsOfParent(
  tables: Tables,
  { jobId, which }: Extract<JobOrder, { kind: 'again' }>,
  scope: Scope,
): Promise<HostInBrief[] | Problem> {
  const job = await findJob(tables, jobId, scope);
  if (isProblem(job)) return job;
  const ids = await tables.jobRuns.hostIds(job.wireNumber, statesOf[which], scope);
  return tables.hosts.inBrief({ ids, scope });
}

const statesOf: Readonly<Record<AgainOn, readonly RunState[]>> = {
  all: RunState.enum,
  failed: ['failed', 'timed_out', 'stopped', 'refused'],
  interrupted: ['interrupted'],
  missed: ['cancelled', 'expired'],
};

function interpreterOn({ facts, isSealed }: HostInBrief, interpreter: Interpreter | 'auto'): Interpreter {
  if (interpreter !== 'auto') return interpreter;
  const { os }: { os?: string } = isSealed && facts !== null ? JSON.parse(facts) : {};
  return os !== undefined && osName(os) === 'windows' ? 'powershell' : 'sh';
}
