import { isRefusal, refuse } from '@remotes/protocol/errors';
import type { FastifyRequest } from 'fastify';
import { identifyCaller } from '../domain/caller.ts';
import { checkRunOfHost } from '../domain/command-post.ts';
import { acceptsJson } from './accept.ts';
import type { Ask } from './ask.ts';
import type { Door } from './door.ts';
import { type Endpoint, hostOf } from './endpoints.ts';
import type { HttpRefusal } from './errors.ts';
import { readTokenHeader } from './token-header.ts';

/**
 * Everything that is checked before the body is read, in v1's order: Accept, token, permission, method, and for a post
 * whether the command is this host's. The first that is wrong decides.
 */
export async function checkRequest(
  door: Door,
  endpoint: Endpoint,
  ask: Ask,
  request: FastifyRequest,
): Promise<HttpRefusal | undefined> {
  if (!acceptsJson(request.headers.accept)) return refuse('not_acceptable');
  const isRegistration = endpoint.name === 'host_register' && request.method === 'POST';
  const early = isRegistration ? door.registrationLimits.refusalOfAddress(ask.address) : undefined;
  if (early) return early;
  if (endpoint.credential !== 'none') {
    const refusal = await checkCaller(door, endpoint, ask, request.headers.authorization);
    if (refusal) return refusal;
  }
  if (!endpoint.methods.includes(request.method)) return methodRefusal(endpoint, request.method);
  if (request.method !== 'POST') return undefined;
  if (isRegistration) return takePlace(door, ask);
  return endpoint.name === 'command_post'
    ? checkRunOfHost(door.mind, hostOf(ask), ask.wireNumber)
    : undefined;
}

async function checkCaller(
  { mind }: Door,
  { name, credential }: Endpoint,
  ask: Ask,
  header: string | undefined,
): Promise<HttpRefusal | undefined> {
  const token = readTokenHeader(header);
  if (isRefusal(token)) return token;
  const caller = await identifyCaller(mind, token);
  if (isRefusal(caller)) return caller;
  ask.caller = caller;
  if (caller.kind === 'host') {
    mind.presence.visit(caller.host, ask, name === 'commands_list' ? 'poll' : 'other');
  }
  const kind = credential === 'host_token' ? 'host' : 'registration';
  return caller.kind === kind ? undefined : refuse('permission_denied');
}

function methodRefusal({ methods }: Endpoint, method: string): HttpRefusal {
  return {
    ...refuse('method_not_allowed', `Method "${method}" not allowed.`),
    headers: { allow: methods.join(', ') },
  };
}

function takePlace(door: Door, ask: Ask): HttpRefusal | undefined {
  if (ask.caller?.kind !== 'registration') return undefined;
  const refusal = door.registrationLimits.takePlace(ask.caller.secretHash);
  ask.hasPlace = refusal === undefined;
  return refusal;
}
