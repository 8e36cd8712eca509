import { problems } from '@remotes/protocol/operators/problems';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDeclined } from '../../domain/administration-refusal.ts';
import type { ApiReply } from '../../domain/operators/api-ask.ts';
import { isProblem, notFound, type Problem, problem } from '../../domain/operators/problem.ts';
import type { Door } from '../door.ts';
import { refusalOfVisit } from './admission.ts';
import { type ApiCall, apiCalls } from './api-call.ts';
import { carryOut } from './carrying-out.ts';
import { addCheckpoint } from './checkpoint-header.ts';
import { addDocsRoutes } from './docs-routes.ts';
import { sendFault, sendProblem } from './problem-answers.ts';
import { sendReply } from './reply-sending.ts';
import { beginVisit } from './visit.ts';

/** What those may send who have not signed in. */
const strangersBodyBytes = 64 * 1024;

/** The requests of operators: `/api/v2/…`, as the contract in the protocol has them. */
export function addOperatorsApi(
  app: FastifyInstance,
  door: Door,
  calls: readonly ApiCall[] = apiCalls(),
): void {
  app.decorateRequest('visit', null);
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    sendFault(door, request, reply, error);
  const byUrl = new Map<string, ApiCall[]>();
  for (const call of calls) {
    byUrl.set(call.url, [...(byUrl.get(call.url) ?? []), call]);
    app.route({
      method: methodsOf(call),
      url: call.url,
      errorHandler,
      ...(call.route.access === 'anyone' && { bodyLimit: strangersBodyBytes }),
      onRequest: (request, reply) => admit(door, call, request, reply),
      handler: (request, reply) => answer(door, call, request, reply),
    });
  }
  for (const [url, same] of byUrl) addOtherMethods(app, door, url, same.flatMap(methodsOf));
  addDocsRoutes(app, door);
  const nowhere = (request: FastifyRequest, reply: FastifyReply) => {
    beginVisit(door, request, reply, null);
    return sendProblem(door, request, reply, notFound('such path: see /api/v2/docs'));
  };
  for (const url of ['/api/v2', '/api/v2/*']) {
    app.route({ method: app.supportedMethods, url, errorHandler, onRequest: nowhere, handler: nowhere });
  }
}

function methodsOf({ route }: ApiCall): string[] {
  return route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
}

function addOtherMethods(app: FastifyInstance, door: Door, url: string, taken: readonly string[]): void {
  const allow = [...taken, 'OPTIONS'].join(', ');
  const refuse = (request: FastifyRequest, reply: FastifyReply) => {
    beginVisit(door, request, reply, null);
    reply.header('allow', allow);
    return sendProblem(
      door,
      request,
      reply,
      problem('method_not_allowed', `This path takes ${taken.join(', ')}.`),
    );
  };
  const others = app.supportedMethods.filter((method) => !taken.includes(method));
  app.route({ method: others, url, onRequest: refuse, handler: refuse });
}

async function admit(
  door: Door,
  { name, route }: ApiCall,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const visit = beginVisit(door, request, reply, name);
  const refusal = await refusalOfVisit(door, request, visit, route.access);
  return refusal ? sendProblem(door, request, reply, refusal) : undefined;
}

async function answer(
  door: Door,
  call: ApiCall,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { visit } = request;
  if (!visit) throw new Error('A request came through unchecked.');
  const replied = await carryOut(door, call, visit, request);
  if (isProblem(replied) && isWrongGuess(call, replied)) door.apiLimits.noteWrongGuess(visit.address);
  if (isProblem(replied) || isDeclined(replied)) return sendProblem(door, request, reply, replied);
  if (door.checksAnswers) checkAnswer(call, replied);
  await addCheckpoint(door, request, reply);
  return sendReply(door, request, reply, call, visit, replied);
}

/** A wrong password, or the secret of a link that is none. That a second factor is wanted is said to who knows the first. */
function isWrongGuess({ route }: ApiCall, { problem }: Problem): boolean {
  return (
    route.access === 'anyone' && problem !== 'second_factor_wanted' && guessed.has(problems[problem].status)
  );
}

const guessed: ReadonlySet<number> = new Set([401, 403, 404]);

/** An answer that the contract does not have is a fault, and so is a member that it does not know: it may be a secret. */
function checkAnswer({ name, answer }: ApiCall, replied: ApiReply<unknown>): void {
  if (!answer || replied.stream) return;
  const checked = answer.read(JSON.parse(JSON.stringify(replied.answer)));
  if (isProblem(checked))
    throw new Error(`The answer of ${name} is not as the contract has it: ${checked.sentence}`);
}
