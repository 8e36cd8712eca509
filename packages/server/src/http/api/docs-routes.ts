import { openApiDocument } from '@remotes/protocol/operators/openapi';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { send } from '../answers.ts';
import type { Door } from '../door.ts';
import { docsPage, docsPolicy } from './docs-page.ts';
import { beginVisit } from './visit.ts';

/** What can be asked, for programs and for people. It says nothing of this installation, so it is open to everyone. */
export function addDocsRoutes(app: FastifyInstance, door: Door): void {
  const document = openApiDocument();
  const texts = {
    '/api/v2/openapi.json': { type: 'application/json', body: `${JSON.stringify(document, null, 2)}\n` },
    '/api/v2/docs': { type: 'text/html; charset=utf-8', body: docsPage(document) },
  };
  for (const [url, { type, body }] of Object.entries(texts)) {
    app.get(url, (request: FastifyRequest, reply: FastifyReply) => {
      beginVisit(door, request, reply, null);
      reply.headers({
        'content-type': type,
        'cache-control': 'no-cache',
        'content-security-policy': docsPolicy,
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      return send(door, request, reply, 200, body);
    });
  }
}
