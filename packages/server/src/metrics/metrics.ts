import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { MeasureChannel } from '../channel/door.ts';
import type { LiveHosts } from '../domain/live-hosts.ts';
import type { Storage } from '../domain/storage.ts';
import type { MeasureRequest } from '../http/door.ts';
import { addChannelMetrics } from './channel-metrics.ts';
import { addFleetMetrics } from './fleet-metrics.ts';

/** What a server tells about itself in numbers. No label names a host, an operator or anything that is secret. */
export type Metrics = {
  measureRequest: MeasureRequest;
  measureChannel: MeasureChannel;
  /** The same storage, with each decision measured. */
  measureStorage(storage: Storage): Storage;
  /** In Prometheus' text format, and the media type of it. */
  text(): Promise<string>;
  readonly contentType: string;
};

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

type Measured = Parameters<typeof addFleetMetrics>[1] & { readonly liveHosts: Pick<LiveHosts, 'ids'> };

export function createMetrics({ liveHosts, ...fleet }: Measured): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  addFleetMetrics(registry, fleet);
  const measureChannel = addChannelMetrics(registry, liveHosts);
  const requests = new Counter({
    name: 'remotes_http_requests_total',
    help: 'Requests that this server answered.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'remotes_http_request_seconds',
    help: 'How long it took until an answer began.',
    labelNames: ['route'],
    buckets: secondsBuckets,
    registers,
  });
  const underWay = new Gauge({
    name: 'remotes_decisions_waiting',
    help: 'Decisions that wait for their commit.',
    registers,
  });
  const decisionSeconds = new Histogram({
    name: 'remotes_decision_seconds',
    help: 'How long it took until a decision was committed.',
    labelNames: ['decision'],
    buckets: secondsBuckets,
    registers,
  });
  return Object.freeze({
    measureChannel,
    measureRequest({ route, method, status, seconds }) {
      requests.inc({ route, method, status });
      requestSeconds.observe({ route }, seconds);
    },
    measureStorage(storage: Storage): Storage {
      const decide: Storage['decide'] = (name, input) => {
        const end = decisionSeconds.startTimer({ decision: name });
        underWay.inc();
        return storage.decide(name, input).finally(() => {
          underWay.dec();
          end();
        });
      };
      return Object.freeze({ ...storage, decide });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  });
}
