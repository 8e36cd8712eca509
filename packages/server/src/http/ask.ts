import type { FastifyRequest } from 'fastify';
import type { Caller } from '../domain/caller.ts';
import type { Fields } from './body.ts';
import type { Door } from './door.ts';
import type { Endpoint } from './endpoints.ts';
import { addressOf } from './forwarded.ts';

/** What is known of a request so far; filled in as its checks go on. */
export type Ask = {
  readonly startedAt: number;
  readonly address: string;
  readonly clientAgent: string | null;
  readonly clientVersion: string | null;
  readonly endpoint: Endpoint | undefined;
  caller: Caller | undefined;
  /** Of the operators' API: who asks. */
  operatorName: string | null;
  wireNumber: number;
  fields: Fields;
  /** What was sealed, as far as the API log may know. */
  sealedArguments: string | null;
  /** Whether it counts among the successes of its registration token. */
  hasPlace: boolean;
};

declare module 'fastify' {
  interface FastifyRequest {
    ask: Ask | null;
  }
}

const noFields: Fields = Object.freeze({});

export function beginAsk(door: Door, request: FastifyRequest, endpoint: Endpoint | undefined): Ask {
  const { raw } = request;
  const ask: Ask = {
    startedAt: performance.now(),
    get address() {
      return addressOf(raw, door.trustProxy);
    },
    clientAgent: claimOf(raw.headers['client-agent']),
    clientVersion: claimOf(raw.headers['client-version']),
    endpoint,
    caller: undefined,
    operatorName: null,
    wireNumber: Number.NaN,
    fields: noFields,
    sealedArguments: null,
    hasPlace: false,
  };
  request.ask = ask;
  return ask;
}

/** What a client says of itself: stored as it stands, so not longer than a name can be. */
export function claimOf(header: string | string[] | undefined): string | null {
  return header === undefined ? null : header.toString().slice(0, 100);
}
