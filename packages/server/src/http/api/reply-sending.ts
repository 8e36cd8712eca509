import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiReply } from '../../domain/operators/api-ask.ts';
import { send, sendJson } from '../answers.ts';
import type { Door } from '../door.ts';
import type { ApiCall } from './api-call.ts';
import { sessionCookieLine } from './credentials.ts';
import { untilGone } from './streams.ts';
import type { Visit } from './visit.ts';

/** Answers what a deed has answered. */
export function sendReply(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  { route }: ApiCall,
  visit: Visit,
  replied: ApiReply<unknown>,
): FastifyReply {
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  // What a program on a host printed may look like a page.
  reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox");
  if (replied.location !== undefined) reply.header('location', replied.location);
  if (replied.retryAfterSeconds !== undefined) reply.header('retry-after', replied.retryAfterSeconds);
  if (replied.session !== undefined) reply.header('set-cookie', cookieLine(door, visit, replied.session));
  if (replied.version !== undefined) {
    const tag = `"${replied.version}"`;
    reply.header('etag', tag);
    if (route.method === 'GET' && isKnown(request, tag)) return send(door, request, reply, 304, undefined);
  }
  if (replied.stream) return sendStream(door, request, reply, route.media, visit, replied);
  if (route.answer === undefined) return send(door, request, reply, route.success, undefined);
  return sendJson(door, request, reply, route.success, replied.answer as object);
}

/** What the caller has already need not be sent again (RFC 9110 section 13.1.2). */
function isKnown({ headers }: FastifyRequest, tag: string): boolean {
  return headers['if-none-match']?.split(/\s*,\s*/).includes(tag) === true;
}

function cookieLine(
  { mind }: Door,
  { origin }: Visit,
  session: NonNullable<ApiReply<unknown>['session']>,
): string {
  const where = { isSecure: origin.startsWith('https:'), now: mind.clock() };
  return sessionCookieLine(session === 'ended' ? null : session, where);
}

function sendStream(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  media = 'application/octet-stream',
  visit: Visit,
  { stream, fileName }: ApiReply<unknown>,
): FastifyReply {
  reply.header('content-type', media);
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  // Proxies that gather answers before they pass them on would keep events from their readers.
  if (media === 'text/event-stream') reply.header('x-accel-buffering', 'no');
  if (!stream || request.method === 'HEAD') return send(door, request, reply, 200, undefined);
  const parts = untilGone(stream, {
    media,
    gone: visit.gone,
    onFault: (fault) => logFault(door, request, fault),
  });
  return send(door, request, reply, 200, Readable.from(parts));
}

function logFault({ log }: Door, { id: requestId }: FastifyRequest, fault: unknown): void {
  log.error({ err: fault, requestId }, 'A stream broke off');
}
