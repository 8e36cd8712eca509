import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { refuse } from '@remotes/protocol/errors';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { sendError } from './answers.ts';
import { createApiLimits } from './api/api-limits.ts';
import { addOperatorsApi } from './api/operators-api.ts';
import { sendFault } from './api/problem-answers.ts';
import { addClientFileRoutes } from './client-file.ts';
import { boundConnections } from './connections.ts';
import type { Door, HttpOptions } from './door.ts';
import { addHealthRoutes } from './health.ts';
import { addLinkPages } from './link-pages.ts';
import { listen } from './listen.ts';
import { addChannelRoute, handOverUpgrades } from './live-channel.ts';
import { createNodeServer } from './node-server.ts';
import { isOperatorsPath, pathOf } from './path.ts';
import { answerBrokenRequest } from './raw-answers.ts';
import { createRegistrationLimits } from './registration-limits.ts';
import { createRequestIds } from './request-ids.ts';
import { addApiRoutes } from './routes.ts';
import { addSealedRoutes } from './sealed.ts';

export type HttpServer = {
  /** Starts to listen; answers the URL. */
  listen(): Promise<string>;
  /** Stops accepting and finishes what is under way; what takes too long is cut off. */
  stop(): Promise<void>;
};

const usualStopTimeoutSeconds = 20;

/** The door for hosts. It translates what arrives, asks the mind, and translates the answer. */
export async function createHttpServer(options: HttpOptions): Promise<HttpServer> {
  const nextRequestId = createRequestIds();
  const { channel } = options;
  // Whoever is not let in is answered like any other request.
  const mayUpgrade = (request: IncomingMessage) =>
    channel?.isMeant(request) === true &&
    !door.state.isStopping &&
    !door.connections.isCrowded() &&
    channel.waitSeconds() === 0;
  const app: FastifyInstance = fastify({
    serverFactory: (handler) => createNodeServer(options, handler, mayUpgrade),
    bodyLimit: options.bodyLimitBytes,
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: nextRequestId,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void answerError(door, request, reply, error),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, nextRequestId()),
  });
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const event = options.tls ? 'secureConnection' : 'connection';
  const door: Door = Object.freeze({
    mind: options.mind,
    log: options.log,
    trustProxy: options.trustProxy,
    clientFile: options.clientFile,
    insecureHttp: options.insecureHttp,
    measureRequest: options.measureRequest,
    checksAnswers: options.checksAnswers ?? false,
    connections: boundConnections(app.server, options.maxConnections, event),
    registrationLimits: createRegistrationLimits(options.mind.clock, options.mind.limits),
    apiLimits: createApiLimits(options.mind.clock, options),
    state: { isStopping: false },
    stopping: stopping.signal,
  });
  // Bytes, whatever their type: what they mean is read after the checks.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error, request, reply) => answerError(door, request, reply, error));
  addConnectionCheck(app, door);
  addApiRoutes(app, door);
  addOperatorsApi(app, door, options.apiCalls);
  addSealedRoutes(app, door);
  addChannelRoute(app, door, channel);
  addHealthRoutes(app, door);
  addClientFileRoutes(app, door);
  addLinkPages(app, door);
  if (channel) handOverUpgrades(app.server, channel, options.trustProxy);
  await app.ready();
  const stopTimeoutSeconds = options.stopTimeoutSeconds ?? usualStopTimeoutSeconds;
  return Object.freeze({
    listen: () => listen(app.server, options),
    stop() {
      stopping.abort();
      return stop(app, door, channel, stopTimeoutSeconds);
    },
  });
}

/** Each API has refusals of its own form. */
function answerError(door: Door, request: FastifyRequest, reply: FastifyReply, error: unknown) {
  const send = isOperatorsPath(pathOf(request.raw.url)) ? sendFault : sendError;
  return send(door, request, reply, error);
}

function addConnectionCheck(app: FastifyInstance, door: Door): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!door.connections.isExtra(request.raw.socket)) {
      done();
      return;
    }
    reply.header('connection', 'close');
    void answerError(door, request, reply, refuse('unavailable'));
  });
}

async function stop(
  app: FastifyInstance,
  door: Door,
  channel: HttpOptions['channel'],
  timeoutSeconds: number,
): Promise<void> {
  door.state.isStopping = true;
  const timer = setTimeout(door.connections.destroyAll, timeoutSeconds * 1000);
  // Node closes idle connections by itself; the others end with their answer, which says so.
  const closed = new Promise((resolve) => app.server.close(resolve));
  await channel?.stop();
  await closed;
  clearTimeout(timer);
  await app.close();
}
