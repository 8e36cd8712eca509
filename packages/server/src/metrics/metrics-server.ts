import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { startProblem } from '../domain/start-problem.ts';
import type { Metrics } from './metrics.ts';

export type MetricsServer = { readonly url: string; stop(): Promise<void> };

/** Serves `/metrics` on an address of its own, which need not be reachable for those who reach the server. */
export async function startMetricsServer(
  metrics: Metrics,
  { host, port }: { host: string; port: number },
  log: Logger,
): Promise<MetricsServer> {
  const server = createServer(({ method, url }, answer) => {
    const isAsked = url?.split('?')[0] === '/metrics' && (method === 'GET' || method === 'HEAD');
    if (isAsked) void tell(metrics, answer, log);
    else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (trouble) =>
      reject(startProblem(`Metrics cannot be served on ${host}:${port}: ${trouble.message}.`, trouble)),
    );
    server.listen({ host, port }, resolve);
  });
  const { address, port: taken, family } = server.address() as AddressInfo;
  return Object.freeze({
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/metrics`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function tell(metrics: Metrics, answer: ServerResponse, log: Logger): Promise<void> {
  try {
    const text = await metrics.text();
    answer.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
  } catch (trouble) {
    log.warn({ err: trouble }, 'The metrics could not be gathered');
    answer.writeHead(503).end();
  }
}
