import { METHODS } from 'node:http';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reachCrashPoint } from '../crash-point.ts';
import { sendJson, sendRefusal } from './answers.ts';
import { beginAsk } from './ask.ts';
import { readFields } from './body.ts';
import { checkRequest } from './checks.ts';
import type { Door } from './door.ts';
import { type Endpoint, endpoints } from './endpoints.ts';
import { readWireNumber } from './wire-number.ts';

/**
 * The paths of the contract, and "not found" for every other. Each takes every method, because a token is looked at
 * before the method is; what is checked before the body is read runs before fastify reads it.
 */
export function addApiRoutes(app: FastifyInstance, door: Door): void {
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method);
  }
  app.decorateRequest('ask', null);
  for (const endpoint of endpoints) {
    app.route({
      method: app.supportedMethods,
      url: endpoint.isNumbered ? `${endpoint.path}:number` : endpoint.path,
      onRequest: (request, reply) => admit(door, endpoint, request, reply),
      handler: (request, reply) => answer(door, endpoint, request, reply),
    });
  }
  const notFound = (request: FastifyRequest, reply: FastifyReply) => {
    beginAsk(door, request, undefined);
    return sendRefusal(door, request, reply, refuse('not_found'));
  };
  app.route({ method: app.supportedMethods, url: '/*', onRequest: notFound, handler: notFound });
  app.setNotFoundHandler(notFound);
}

/** Answers what the checks refuse; lets anything else pass on to its body. */
async function admit(
  door: Door,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const ask = beginAsk(door, request, endpoint);
  if (endpoint.isNumbered) {
    const number = readWireNumber((request.params as { number: string }).number);
    if (number === undefined) return sendRefusal(door, request, reply, refuse('not_found'));
    ask.wireNumber = number;
  }
  const refusal = await checkRequest(door, endpoint, ask, request);
  if (refusal) return sendRefusal(door, request, reply, refusal);
  if (request.method !== 'OPTIONS') return undefined;
  reply.header('allow', endpoint.methods.join(', '));
  return sendJson(door, request, reply, 200, {
    status: 'OK',
    name: endpoint.name,
    methods: endpoint.methods,
  });
}

async function answer(
  door: Door,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const answered = await ask(door, endpoint, request);
  if (isRefusal(answered)) return sendRefusal(door, request, reply, answered);
  if (committing.has(endpoint.name)) reachCrashPoint('before-answer', [endpoint.name]);
  return sendJson(door, request, reply, endpoint.success, answered);
}

/** Those whose answer speaks of something that was just committed. */
const committing: ReadonlySet<string> = new Set([
  'host_register',
  'host_verify',
  'command_get',
  'command_post',
]);

async function ask(door: Door, endpoint: Endpoint, request: FastifyRequest): Promise<object | Refusal> {
  const { ask } = request;
  if (!ask) throw new Error('A request came through unchecked.');
  if (Buffer.isBuffer(request.body)) {
    const read = await readFields(request.headers, request.body);
    if (isRefusal(read)) return read;
    ask.fields = read.fields;
  }
  return endpoint.answer(door, ask, request);
}
