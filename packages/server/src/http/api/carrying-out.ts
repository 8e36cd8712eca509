import type { FastifyRequest } from 'fastify';
import type { AdministrationRefusal } from '../../domain/administration-refusal.ts';
import type { ApiReply } from '../../domain/operators/api-ask.ts';
import { doOnce } from '../../domain/operators/idempotency.ts';
import { isProblem, type Problem, problem } from '../../domain/operators/problem.ts';
import { mindFor } from '../../domain/operators/standing.ts';
import type { Fields } from '../body.ts';
import type { Door } from '../door.ts';
import type { ApiCall } from './api-call.ts';
import { bytesOf, type Input, readInput } from './input-reading.ts';
import type { Given } from './shapes.ts';
import type { Visit } from './visit.ts';

type Replied = ApiReply<unknown> | Problem | AdministrationRefusal;

/** Reads what is asked and does it: once, where the request says by a key that it is to happen once. */
export async function carryOut(
  door: Door,
  call: ApiCall,
  visit: Visit,
  request: FastifyRequest,
): Promise<Replied> {
  const input = readInput(call, request);
  if (isProblem(input)) return input;
  if (request.ask) request.ask.fields = recordable(input.body);
  const deed = () => call.deed(askOf(door, call, visit, request, input));
  const key = call.route.isCreating && visit.actor ? readKey(request) : undefined;
  if (isProblem(key)) return key;
  if (key === undefined || !visit.actor) return deed();
  const asked = `${request.method} ${request.raw.url}\n${bytesOf(request).toString('latin1')}`;
  return doOnce(door.mind, { actor: visit.actor, key, asked, shownOnce: call.route.shownOnce }, deed);
}

function askOf(door: Door, { route }: ApiCall, visit: Visit, { headers }: FastifyRequest, input: Input) {
  const { actor, author, origin, gone } = visit;
  return {
    // Where anyone may ask, who is signed in has no part in what is decided.
    mind: actor && route.access !== 'anyone' ? mindFor(door.mind, actor) : door.mind,
    actor,
    author,
    origin,
    gone,
    ...input,
    lastEventId: headers['last-event-id']?.toString(),
    userAgent: headers['user-agent']?.slice(0, 200) ?? null,
  };
}

function readKey({ headers }: FastifyRequest): string | undefined | Problem {
  const key = headers['idempotency-key']?.toString();
  if (key === undefined || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  return problem('invalid_request', 'An Idempotency-Key has 1 to 200 characters, none of them a space.');
}

/** For the API log: which members were sent. Their texts may be passwords, programs, values of secret settings. */
function recordable(body: Given | undefined): Fields {
  const members = Object.entries(body ?? {});
  return Object.fromEntries(
    members.map(([name, value]) => [name, typeof value === 'string' ? '(a text)' : value]),
  );
}
