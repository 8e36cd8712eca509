import { refuse } from '@remotes/protocol/errors';
import type { FastifyInstance } from 'fastify';
import { sendJson, sendRefusal } from './answers.ts';
import type { Door } from './door.ts';

const ok = { status: 'OK' };

/** `/healthz`: the process is up. `/readyz`: it takes requests, and its database answers. */
export function addHealthRoutes(app: FastifyInstance, door: Door): void {
  app.get('/healthz', (request, reply) => sendJson(door, request, reply, 200, ok));
  app.get('/readyz', async (request, reply) => {
    if (door.state.isStopping) return sendRefusal(door, request, reply, refuse('unavailable'));
    await door.mind.storage.tables.server.epoch();
    return sendJson(door, request, reply, 200, ok);
  });
}
