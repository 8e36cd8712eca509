import { type Refusal, refuse } from '@remotes/protocol/errors';
import { version } from '@remotes/protocol/version';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from './door.ts';
import { type HttpRefusal, refusalAnswer, refusalOfError } from './errors.ts';
import { isListPath, pathOf } from './path.ts';
import { recordRefusal } from './refusal-record.ts';
import { recordRequest } from './request-record.ts';
import { readToEnd } from './unread-body.ts';

/** Answers with a JSON body. */
export function sendJson(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  body: object,
): FastifyReply {
  reply.header('content-type', 'application/json');
  reply.header('cache-control', 'no-store');
  // With a serializer fastify leaves the type as it is; otherwise it adds a charset, which v1 answers do not have.
  reply.serializer(JSON.stringify);
  return send(door, request, reply, status, body);
}

/** Tells our client that a result which arrives twice is stored once (PROTOCOL.md). */
const serverAgent = `Remotes/${version}`;

/** Sends a body whose type is set already. Everything that is answered goes through here. */
export function send(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  body: object | string | undefined,
): FastifyReply {
  reply.code(status).headers({ 'x-request-id': request.id, 'server-agent': serverAgent });
  // After a request that asked for an upgrade Node leaves broken ones on the same connection without an answer.
  const isLast = door.state.isStopping || request.raw.headers.upgrade !== undefined;
  if (isLast) reply.header('connection', 'close');
  recordRequest(door, request, status);
  return reply.send(body);
}

/** Words a refusal as HTTP. What the caller is still sending is read first, else it might never see the answer. */
export async function sendRefusal(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: HttpRefusal,
): Promise<FastifyReply> {
  noteRegistration(door, request, refusal);
  // Somebody holds the token of a host that has proved its key, or wants it to go back to v1.
  if (refusal.refused === 'v1_closed') {
    recordRefusal(door, request, { code: refusal.refused, host: refusal.hostName });
  }
  if (!(await readToEnd(request.raw))) reply.header('connection', 'close');
  const hasResults = isListPath(pathOf(request.raw.url));
  const { status, headers, body } = refusalAnswer(refusal, { requestId: request.id, hasResults });
  reply.headers(headers);
  return sendJson(door, request, reply, status, body);
}

/** Answers what was thrown: a refusal as such, anything else as a fault, which is logged whole and shown as `internal`. */
export async function sendError(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): Promise<FastifyReply> {
  const refusal = refusalOfError(error);
  if (!refusal || refusal.refused === 'unavailable') {
    const { id: requestId, method } = request;
    const level = refusal ? 'warn' : 'error';
    door.log[level]({ err: error, requestId, method, path: pathOf(request.raw.url) }, 'A request failed');
  }
  return sendRefusal(door, request, reply, refusal ?? refuse('internal'));
}

function noteRegistration(door: Door, { ask, method }: FastifyRequest, { refused }: Refusal): void {
  const name = ask?.endpoint?.name;
  if (!ask || method !== 'POST' || (name !== 'host_register' && name !== 'host_verify')) return;
  door.registrationLimits.noteRefusal(ask.address, refused);
  if (ask.hasPlace && ask.caller?.kind === 'registration') {
    ask.hasPlace = false;
    door.registrationLimits.givePlaceBack(ask.caller.secretHash);
  }
}
