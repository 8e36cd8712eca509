import { Counter, Gauge, type Registry } from 'prom-client';
import type { MeasureChannel } from '../channel/door.ts';
import type { LiveHosts } from '../domain/live-hosts.ts';

/** What the live channel of this server carries; answers what is told of it. */
export function addChannelMetrics(registry: Registry, liveHosts: Pick<LiveHosts, 'ids'>): MeasureChannel {
  const registers = [registry];
  new Gauge({
    name: 'remotes_hosts_connected',
    help: 'Hosts that are connected to this server by the live channel.',
    registers,
    collect() {
      this.set(liveHosts.ids().length);
    },
  });
  const frames = new Counter({
    name: 'remotes_channel_frames_total',
    help: 'Frames of the live channel, from hosts (in) and to them (out).',
    labelNames: ['direction'],
    registers,
  });
  const closed = new Counter({
    name: 'remotes_channel_closed_total',
    help: 'Connections of the live channel that ended, by how.',
    labelNames: ['ending'],
    registers,
  });
  return Object.freeze({
    frame: (direction: 'in' | 'out') => frames.inc({ direction }),
    closed: (ending: Parameters<MeasureChannel['closed']>[0]) => closed.inc({ ending }),
  });
}
