import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { FastifyInstance } from 'fastify';
import { sendJson, sendRefusal } from './answers.ts';
import type { Door } from './door.ts';

const ok = { status: 'OK' };

/** `/healthz`: the process is up. `/readyz`: it takes requests, and its database answers. */
export function addHealthRoutes(app: FastifyInstance, door: Door): void {
  app.get('/healthz', (request, reply) => sendJson(door, request, reply, 200, ok));
  app.get('/readyz', async (request, reply) => {
    const refusal = await unreadiness(door);
    return refusal ? sendRefusal(door, request, reply, refusal) : sendJson(door, request, reply, 200, ok);
  });
}

async function unreadiness({ state, mind, log }: Door): Promise<Refusal | undefined> {
  if (state.isStopping) return refuse('unavailable');
  try {
    await mind.storage.tables.server.epoch();
    return undefined;
  } catch (trouble) {
    log.warn({ err: trouble }, 'Not ready: the database does not answer');
    return refuse('unavailable', 'The database does not answer.');
  }
}
