import type { FastifyRequest } from 'fastify';
import { everydayRefusals } from '../domain/everyday-refusals.ts';
import type { Door } from './door.ts';

/** What was refused, sealed or not: never what was said. */
type Refused = {
  readonly code: string;
  readonly of?: string;
  readonly run?: string;
  /** By name, where the request itself does not say. */
  readonly host?: string | undefined;
};

/** Puts a refusal of the sealed protocol on record. */
export function recordRefusal({ log }: Door, request: FastifyRequest, refused: Refused): void {
  const { ask, id: requestId } = request;
  const { code, of, run } = refused;
  const host = ask?.caller?.kind === 'host' ? ask.caller.host.name : refused.host;
  const record = { code, requestId, address: ask?.address, host, of, run };
  if (everydayRefusals.has(code)) log.info(record, 'A host was refused, as happens on an ordinary day');
  else log.warn(record, 'The sealed protocol refused something');
}
