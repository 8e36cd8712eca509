import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../domain/clock.ts';
import type { EventPlace, Tables } from '../domain/ports.ts';
import { endStates } from '../domain/run-moves.ts';

type Fleet = { readonly tables: Tables; readonly clock: Clock };

/** What is counted in the database: the same on every server that shares it, so it must not be added up. */
export function addFleetMetrics(registry: Registry, { tables, clock }: Fleet): void {
  const registers = [registry];
  new Gauge({
    name: 'remotes_hosts',
    help: 'Hosts by state; away: verified ones that are silent for three times their usual interval.',
    labelNames: ['state'],
    registers,
    async collect() {
      const { away, ...states } = await tables.hosts.count(null, clock());
      for (const [state, hosts] of Object.entries(states)) this.set({ state }, hosts);
      this.set({ state: 'away' }, away);
    },
  });
  let counted: EventPlace | undefined;
  new Counter({
    name: 'remotes_runs_ended_total',
    help: 'Runs of the whole fleet that ended since this server was asked for the first time, by how.',
    labelNames: ['state'],
    registers,
    async collect() {
      const newest = await tables.events.newest();
      const after = counted ?? newest;
      // Shown from the start, so that the first one of a kind counts as a rise.
      if (!counted) for (const state of endStates) this.inc({ state }, 0);
      counted = newest;
      for (const { state, runs } of await tables.events.countRuns(after, newest)) {
        if (endStates.includes(state)) this.inc({ state }, runs);
      }
    },
  });
}
