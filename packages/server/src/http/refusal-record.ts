import type { FastifyRequest } from 'fastify';
import type { Door } from './door.ts';

/** What was refused, sealed or not: never what was said. */
type Refused = {
  readonly code: string;
  readonly of?: string;
  readonly run?: string;
  /** By name, where the request itself does not say. */
  readonly host?: string | undefined;
};

/** Puts a refusal of the sealed protocol on record: honest hosts give cause to few, and somebody in the middle to some. */
export function recordRefusal({ log }: Door, request: FastifyRequest, refused: Refused): void {
  const { ask, id: requestId } = request;
  const { code, of, run } = refused;
  const host = ask?.caller?.kind === 'host' ? ask.caller.host.name : refused.host;
  log.warn(
    { code, requestId, address: ask?.address, host, of, run },
    'The sealed protocol refused something',
  );
}
