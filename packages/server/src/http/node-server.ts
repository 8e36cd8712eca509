import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { startProblem } from '../domain/start-problem.ts';
import type { HttpOptions } from './door.ts';

const headerLimitBytes = 16 * 1024;

/** Node's own server with every limit that it can hold. */
export function createNodeServer(
  options: HttpOptions,
  listener: RequestListener,
  mayUpgrade: (request: IncomingMessage) => boolean,
): Server {
  const headersTimeout = options.headersTimeoutSeconds * 1000;
  const requestTimeout = Math.max(options.requestTimeoutSeconds * 1000, headersTimeout);
  const limits = {
    maxHeaderSize: headerLimitBytes,
    headersTimeout,
    requestTimeout,
    // How late the two may strike.
    connectionsCheckingInterval: Math.min(1000, headersTimeout / 4),
    keepAliveTimeout: options.keepAliveTimeoutSeconds * 1000,
    // Node's own refusal of a request without Host has no body.
    requireHostHeader: false,
    shouldUpgradeCallback: mayUpgrade,
  };
  const { tls } = options;
  const server = tls ? createTls({ ...limits, ...tls }, listener) : createPlainServer(limits, listener);
  // For a caller that does not take its answer: none of the above sees it.
  server.timeout = 2 * requestTimeout;
  // Without a listener Node answers 417, with no body, to an expectation that it does not know.
  server.on('checkExpectation', listener);
  return server;
}

function createTls(options: ServerOptions, listener: RequestListener): Server {
  try {
    return createTlsServer({ ...options, handshakeTimeout: options.headersTimeout }, listener);
  } catch (trouble) {
    const why = (trouble as Error).message;
    throw startProblem(`The TLS certificate and its key cannot be used: ${why}.`, trouble);
  }
}
