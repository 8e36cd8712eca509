import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, Author } from '../../domain/operators/actor.ts';
import { authorOf } from '../../domain/operators/author.ts';
import { beginAsk } from '../ask.ts';
import type { Door } from '../door.ts';
import { originOf } from '../origin.ts';

/** What is known of a request of the operators' API so far. */
export type Visit = {
  /** The name of its route, or null where there is none. */
  readonly routeName: string | null;
  readonly address: string;
  readonly origin: string;
  readonly actor: Actor | undefined;
  readonly author: Author;
  /** Aborted when the caller has gone or the server stops. */
  readonly gone: AbortSignal;
};

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit | null;
  }
}

export function beginVisit(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  routeName: string | null,
): Visit {
  const { address } = beginAsk(door, request, undefined);
  const visit: Visit = {
    routeName,
    address,
    origin: originOf(request.raw, door.trustProxy),
    actor: undefined,
    author: authorOf(undefined, { address, requestId: request.id }),
    gone: goneSignal(door, reply),
  };
  request.visit = visit;
  return visit;
}

/** The same visit, now that it is known who asks. */
export function knowActor(request: FastifyRequest, visit: Visit, actor: Actor): Visit {
  const known = { ...visit, actor, author: authorOf(actor, { ...visit, requestId: request.id }) };
  request.visit = known;
  if (request.ask) request.ask.operatorName = actor.name;
  return known;
}

function goneSignal({ stopping }: Door, { raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const abort = () => gone.abort();
  stopping.addEventListener('abort', abort);
  raw.once('close', () => {
    stopping.removeEventListener('abort', abort);
    abort();
  });
  return gone.signal;
}
