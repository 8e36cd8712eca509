import { isRefusal } from '@remotes/protocol/errors';
import { claimForChannel } from './claim.ts';
import type { Clock } from './clock.ts';
import { currentDefinitions, type Definitions, type DefinitionsView } from './definitions.ts';
import { isLimited } from './jobs/job-slots.ts';
import type { LiveHost, LiveHosts } from './live-hosts.ts';
import { isDue } from './offer.ts';
import type { Tables } from './ports.ts';
import { sessionsCountFrom } from './request-order.ts';

/** The one way by which connected hosts are given what is due, and told what is to end. */
export type Delivery = {
  /** Something may be due for this host, or for any: whatever is, is on its way soon. */
  mayHaveDue(whom: number | 'fleet'): void;
  /** Looks whether anything has changed that nobody here was told of: by the clock, or by another process. */
  sweep(): Promise<void>;
  /** Ends what is under way, and hands nothing out any more. */
  stop(): Promise<void>;
};

type Parts = {
  readonly tables: Tables;
  readonly definitions: DefinitionsView;
  readonly clock: Clock;
  readonly liveHosts: LiveHosts;
  /** Told when a round failed; the next sweep tries again. */
  readonly onTrouble: (trouble: unknown) => void;
};

/** Changes that raise no epoch and that nobody told are noticed so late. */
const sweptAtLeastMs = 10_000;

export function createDelivery({ tables, definitions, clock, liveHosts, onTrouble }: Parts): Delivery {
  let marked = new Set<number>();
  let isFleetMarked = false;
  let isStopped = false;
  let running: Promise<void> | undefined;
  /** By which the standing of all who are connected was looked at last. */
  let judgedEpoch = -1;
  let sweptAt = 0;
  let sweptEpochs = '';

  const round = async () => {
    const isFleet = isFleetMarked;
    const wanted = isFleet ? liveHosts.ids() : [...marked];
    marked = new Set();
    isFleetMarked = false;
    const hosts = wanted.flatMap((id) => liveHosts.find(id) ?? []);
    if (hosts.length === 0) return;
    const picture = await currentDefinitions(tables);
    if (isFleet && picture.epoch !== judgedEpoch) {
      await endUnwelcome(tables, hosts, clock());
      judgedEpoch = picture.epoch;
    }
    await tellStops(tables, liveHosts, hosts);
    const due = await hostsWithDue(tables, picture, hosts, clock());
    const receiving = due.flatMap((id) => liveHosts.find(id) ?? []);
    await Promise.all(batchesOf(receiving).map(handOver));
  };

  const start = () => {
    running ??= (async () => {
      // What is signalled within one turn of the loop goes together.
      await new Promise((resolve) => setImmediate(resolve));
      while (!isStopped && (isFleetMarked || marked.size > 0)) {
        await round().catch((trouble) => {
          // Whom it was about is looked for again at the next sweep.
          sweptEpochs = '';
          judgedEpoch = -1;
          onTrouble(trouble);
        });
      }
      running = undefined;
    })();
  };

  const mayHaveDue = (whom: number | 'fleet') => {
    if (isStopped || (whom !== 'fleet' && !liveHosts.find(whom))) return;
    if (whom === 'fleet') isFleetMarked = true;
    else marked.add(whom);
    start();
  };

  return Object.freeze({
    mayHaveDue,
    async sweep() {
      const now = clock();
      const picture = await definitions.current();
      const epochs = `${picture.epoch} ${picture.workEpoch}`;
      const isOld = now - sweptAt >= sweptAtLeastMs || now < sweptAt;
      if (epochs !== sweptEpochs || isOld || hasEdge(picture, sweptAt, now)) mayHaveDue('fleet');
      else return;
      sweptEpochs = epochs;
      sweptAt = now;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  });
}

/** So many are signed for together: more make the proofs longer, and the first of them wait. */
const batchHosts = 64;

function batchesOf(hosts: readonly LiveHost[]): LiveHost[][] {
  const count = Math.ceil(hosts.length / batchHosts);
  return Array.from({ length: count }, (_, batch) =>
    hosts.slice(batch * batchHosts, (batch + 1) * batchHosts),
  );
}

async function handOver(hosts: readonly LiveHost[]): Promise<void> {
  const claims = await claimForChannel(hosts.map((live) => live.speaker()));
  const faults: unknown[] = [];
  for (const [index, live] of hosts.entries()) {
    const handed = claims[index]!;
    if ('fault' in handed) faults.push(handed.fault);
    else if (!isRefusal(handed)) {
      if (handed.length > 0) live.push(handed);
    } else if (handed.refused === 'session_ended') live.end('session_ended');
    else if (handed.refused !== 'past_wanted') live.end('host_refused');
  }
  // The others have theirs already.
  if (faults.length > 0) throw faults[0];
}

/** Whoever may not be served any more, or not with this session, hears so at once. */
async function endUnwelcome(tables: Tables, hosts: readonly LiveHost[], now: number): Promise<void> {
  const standings = await tables.hosts.standings(hosts.map(({ host }) => host.id));
  const known = new Map(standings.map((standing) => [standing.id, standing]));
  for (const live of hosts) {
    const standing = known.get(live.host.id);
    const { order } = live.speaker();
    if (standing?.state !== 'verified') live.end('host_refused');
    else if (standing.channelKey !== live.host.channelKey) live.end('session_ended');
    else if (order.begunAt < sessionsCountFrom(standing, now)) live.end('session_ended');
  }
}

async function tellStops(tables: Tables, liveHosts: LiveHosts, hosts: readonly LiveHost[]): Promise<void> {
  const stops = await tables.runs.toStop(hosts.map(({ host }) => host.id));
  for (const { hostId, id, attempt } of stops)
    liveHosts.find(hostId)?.stop({ type: 'stop', run: id, attempt });
}

/** Those for which something is pending that may be handed out now, as far as their own rows do not matter. */
async function hostsWithDue(
  tables: Tables,
  picture: Definitions,
  hosts: readonly LiveHost[],
  now: number,
): Promise<number[]> {
  if (picture.isPaused) return [];
  const pending = await tables.pending.ofHosts(hosts.map(({ host }) => host.id));
  const limited = [...picture.work.values()].filter(isLimited).map(({ id }) => id);
  const full = new Set(limited.length === 0 ? [] : await tables.jobs.full(limited));
  const mayGo = (wireNumber: number) => {
    const command = picture.work.get(wireNumber);
    return command !== undefined && isDue(command, now) && !full.has(wireNumber);
  };
  return pending.filter(({ wireNumbers }) => wireNumbers.some(mayGo)).map(({ hostId }) => hostId);
}

/** Whether a window has opened since. */
function hasEdge({ work }: Definitions, since: number, now: number): boolean {
  for (const { afterAt } of work.values()) {
    if (afterAt !== null && afterAt >= since && afterAt < now) return true;
  }
  return false;
}
