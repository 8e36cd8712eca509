import { checkpointHeader, writeCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '../door.ts';

/** Gives whoever has signed in the newest checkpoint of the audit, by which a past that was rewritten will be found. */
export async function addCheckpoint(
  { mind, log }: Door,
  { id: requestId, visit }: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (!visit?.actor || visit.actor.lacksSecondFactor) return;
  try {
    const checkpoint = await mind.audit.newestCheckpoint();
    if (checkpoint) reply.header(checkpointHeader, writeCheckpoint(checkpoint));
  } catch (trouble) {
    // What was asked has been done by now: it is answered all the same.
    log.warn({ err: trouble, requestId }, 'The checkpoint of the audit could not be read');
  }
}
