import { type ProblemCode, type ProblemDetails, problems } from '@remotes/protocol/operators/problems';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AdministrationRefusal, isDeclined } from '../../domain/administration-refusal.ts';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import { send } from '../answers.ts';
import type { Door } from '../door.ts';
import { refusalOfError } from '../errors.ts';
import { pathOf } from '../path.ts';
import { readToEnd } from '../unread-body.ts';
import { addCheckpoint } from './checkpoint-header.ts';

/** Answers a refusal as RFC 9457 has it. What the caller is still sending is read first, else it might miss the answer. */
export async function sendProblem(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Problem | AdministrationRefusal,
): Promise<FastifyReply> {
  const code: ProblemCode = isDeclined(refusal) ? refusal.declined : refusal.problem;
  const { status, title } = problems[code];
  const { visit } = request;
  if (visit) {
    const { author: by, routeName: route, actor } = visit;
    const isNarrowed = actor !== undefined && actor.hostsGroupIds !== null;
    door.mind.audit.refused({ by, isNarrowed, route, code });
  }
  await addCheckpoint(door, request, reply);
  if (!(await readToEnd(request.raw))) reply.header('connection', 'close');
  const retryAfterSeconds = isDeclined(refusal) ? undefined : refusal.retryAfterSeconds;
  const details: ProblemDetails = {
    type: `/api/v2/docs#problem-${code}`,
    title,
    status,
    detail: refusal.sentence,
    code,
    request_id: request.id,
    ...(refusal.hosts !== undefined && { hosts: refusal.hosts }),
  };
  reply.headers({ ...usualHeaders(status), 'cache-control': 'no-store' });
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  reply.header('content-type', 'application/problem+json').serializer(JSON.stringify);
  return send(door, request, reply, status, details);
}

/** Answers what was thrown: a refusal of the memory as such, anything else as a fault, logged whole and shown as `internal`. */
export async function sendFault(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): Promise<FastifyReply> {
  const refusal = problemOfError(error);
  if (!refusal || refusal.problem === 'unavailable') {
    const { id: requestId, method } = request;
    const level = refusal ? 'warn' : 'error';
    door.log[level]({ err: error, requestId, method, path: pathOf(request.raw.url) }, 'A request failed');
  }
  const fault = problem('internal', 'The server failed. Its log says more: look for the id of this request.');
  return sendProblem(door, request, reply, refusal ?? fault);
}

/** The codes of what the transport and the memory refuse, as operators know them. */
const codes: Readonly<Record<string, ProblemCode>> = {
  not_found: 'not_found',
  unsupported_media_type: 'unsupported_media_type',
  body_too_large: 'body_too_large',
  unavailable: 'unavailable',
};

function problemOfError(error: unknown): Problem | undefined {
  const refusal = refusalOfError(error);
  if (!refusal) return undefined;
  return problem(codes[refusal.refused] ?? 'invalid_request', refusal.sentence);
}

function usualHeaders(status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status === 429 || status === 503) return { 'retry-after': '5' };
  return {};
}
