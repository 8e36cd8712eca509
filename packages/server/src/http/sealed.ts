import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import { HandshakeBody, handshake } from '@remotes/protocol/requests/handshake';
import { messages } from '@remotes/protocol/requests/messages';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Check } from 'typebox/value';
import { reachCrashPoint } from '../crash-point.ts';
import { shakeHands } from '../domain/handshake.ts';
import type { RegistrationGate } from '../domain/registration-gate.ts';
import { answerFrame } from '../domain/session.ts';
import { send, sendJson, sendRefusal } from './answers.ts';
import { type Ask, beginAsk } from './ask.ts';
import type { Fields } from './body.ts';
import { readFields } from './body.ts';
import type { Door } from './door.ts';
import type { HttpRefusal } from './errors.ts';
import { readMediaType } from './media-type.ts';
import { recordRefusal } from './refusal-record.ts';
import { sealedArguments } from './sealed-arguments.ts';
import { visitKind } from './sealed-visit.ts';

/** The two paths of the sealed protocol. Whoever asks is known by nothing but what is sealed. */
export function addSealedRoutes(app: FastifyInstance, door: Door): void {
  const routes = [
    { said: handshake, answer: answerHandshake },
    { said: messages, answer: answerMessages },
  ] as const;
  for (const { said, answer } of routes) {
    app.route({
      method: app.supportedMethods,
      url: said.path,
      onRequest: (request, reply) => admit(door, said.name, request, reply),
      handler: (request, reply) => answer(door, request, reply),
    });
  }
}

async function admit(
  door: Door,
  name: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  beginAsk(door, request, undefined);
  if (request.method === 'POST') return undefined;
  if (request.method !== 'OPTIONS') return refuseAsked(door, request, reply, methodRefusal(request.method));
  reply.header('allow', allowed.join(', '));
  return sendJson(door, request, reply, 200, { status: 'OK', name, methods: allowed });
}

const allowed = ['POST', 'OPTIONS'];

function methodRefusal(method: string): HttpRefusal {
  return {
    ...refuse('method_not_allowed', `Method "${method}" not allowed.`),
    headers: { allow: allowed.join(', ') },
  };
}

async function answerHandshake(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const read = await readFields(request.headers, bodyOf(request));
  const answer = isRefusal(read) ? read : await shake(door, read.fields);
  if (isRefusal(answer)) return refuseAsked(door, request, reply, answer);
  return sendJson(door, request, reply, handshake.success, answer);
}

async function shake({ mind }: Door, fields: Fields): Promise<object | Refusal> {
  return Check(HandshakeBody, fields) ? shakeHands(mind, fields) : refuse('handshake_malformed');
}

async function answerMessages(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { ask, headers } = request;
  if (!ask) throw new Error('A request came through unprepared.');
  if (readMediaType(headers['content-type'] ?? '').name !== messages.mediaType) {
    return refuseAsked(door, request, reply, refuse('unsupported_media_type'));
  }
  const answered = await answerFrame(door.mind, gateOf(door, ask), bodyOf(request));
  const { host, answer, said, heard, isObeyed } = answered;
  ask.sealedArguments = sealedArguments(heard, said);
  if (host) {
    ask.caller = { kind: 'host', host };
    if (isObeyed) door.mind.presence.visit(host, ask, visitKind(said));
  }
  if (isRefusal(answer)) return refuseAsked(door, request, reply, answer);
  for (const one of said) {
    if (one.type === 'refusal') recordRefusal(door, request, one);
  }
  reachCrashPoint(
    'before-answer',
    said.map(({ type }) => type),
  );
  reply.headers({ 'content-type': messages.mediaType, 'cache-control': 'no-store' });
  return send(door, request, reply, messages.success, answer);
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function refuseAsked(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): Promise<FastifyReply> {
  recordRefusal(door, request, { code: refusal.refused });
  return sendRefusal(door, request, reply, refusal);
}

/** The limits of registering, for the address that asks. */
function gateOf({ registrationLimits: limits }: Door, ask: Ask): RegistrationGate {
  return {
    refusalOfAddress: () => limits.refusalOfAddress(ask.address),
    takePlace: limits.takePlace,
    givePlaceBack: limits.givePlaceBack,
    noteRefusal: (code) => limits.noteRefusal(ask.address, code),
  };
}
