import type { FastifyInstance } from 'fastify';
import { send } from './answers.ts';
import type { Door } from './door.ts';

/** What stands where links for people lead, as long as everything is done at a terminal: what to type there. */
const sentences = {
  '/setup':
    'This link is for the command line. Type: remotes login ADDRESS --setup, with the address of this server, and paste the link when it asks for it.\n',
  '/device':
    'This page is for the command line. Where you are signed in, type: remotes sessions approve CODE, with the code that you were shown.\n',
} as const;

export function addLinkPages(app: FastifyInstance, door: Door): void {
  for (const [path, sentence] of Object.entries(sentences)) {
    app.get(path, (request, reply) => {
      reply.headers({
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      return send(door, request, reply, 200, sentence);
    });
  }
}
