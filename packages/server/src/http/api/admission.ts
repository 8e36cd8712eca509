import type { Access } from '@remotes/protocol/operators/route';
import type { FastifyRequest } from 'fastify';
import { refusalOfAccess } from '../../domain/operators/access.ts';
import type { Actor } from '../../domain/operators/actor.ts';
import { isProblem, type Problem } from '../../domain/operators/problem.ts';
import { type Credential, proveActor } from '../../domain/operators/prove-actor.ts';
import type { Door } from '../door.ts';
import { readCredential } from './credentials.ts';
import { refusalOfOrigin } from './same-origin.ts';
import { refusalOfConnection } from './secure-connection.ts';
import { knowActor, type Visit } from './visit.ts';

/** Everything that is checked before the body is read. The first that is wrong decides. */
export async function refusalOfVisit(
  door: Door,
  request: FastifyRequest,
  visit: Visit,
  access: Access,
): Promise<Problem | undefined> {
  const credential = readCredential(request.headers);
  const early =
    refusalOfConnection(request.raw, door) ??
    refusalOfOrigin(request.method, request.headers, credential, visit.origin);
  if (early) return early;
  const proved = await prove(door, visit, credential, access);
  if (isProblem(proved)) return proved;
  if (proved) knowActor(request, visit, proved);
  return door.apiLimits.take(proved, visit.address) ?? refusalOfAccess(access, proved);
}

async function prove(
  { mind, apiLimits }: Door,
  { address }: Visit,
  credential: Credential,
  access: Access,
): Promise<Actor | Problem | undefined> {
  // Whoever tries to sign in makes work, as a password is hashed slowly.
  const refusal = access === 'anyone' ? apiLimits.refusalOfGuess(address) : undefined;
  if (refusal) return refusal;
  const proved = await proveActor(mind, credential, { address });
  if (!isProblem(proved)) return proved;
  // A session that has ended must not keep anybody from signing in again.
  if (access === 'anyone') return undefined;
  const tooMany = apiLimits.refusalOfGuess(address);
  apiLimits.noteWrongGuess(address);
  return tooMany ?? proved;
}
