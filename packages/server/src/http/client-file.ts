import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { refuse } from '@remotes/protocol/errors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { send, sendRefusal } from './answers.ts';
import type { Door } from './door.ts';

const path = '/client/remotes-client.cjs';

/** Hands out the client, and its SHA-256 in the form that `sha256sum --check` reads. */
export function addClientFileRoutes(app: FastifyInstance, door: Door): void {
  let known: Promise<ClientFile | undefined> | undefined;
  const clientFile = async () => {
    known ??= readClientFile(door.clientFile);
    const file = await known;
    // A server that was started before the client was built finds it later.
    if (!file) known = undefined;
    return file;
  };
  app.get(path, async (request, reply) => {
    const file = await clientFile();
    if (!file) return sendRefusal(door, request, reply, refuse('not_found'));
    const tag = `"${file.sha256}"`;
    harden(reply, 'text/javascript; charset=utf-8').header('etag', tag);
    const isKnown = request.headers['if-none-match']?.split(/\s*,\s*/).includes(tag);
    return send(door, request, reply, isKnown ? 304 : 200, isKnown ? undefined : file.bytes);
  });
  app.get(`${path}.sha256`, async (request, reply) => {
    const file = await clientFile();
    if (!file) return sendRefusal(door, request, reply, refuse('not_found'));
    harden(reply, 'text/plain; charset=utf-8');
    return send(door, request, reply, 200, `${file.sha256}  remotes-client.cjs\n`);
  });
}

type ClientFile = { readonly bytes: Buffer; readonly sha256: string };

async function readClientFile(file: string): Promise<ClientFile | undefined> {
  try {
    const bytes = await readFile(file);
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } catch (trouble) {
    if ((trouble as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw trouble;
  }
}

/** A file to be saved and run elsewhere: no browser is to guess at it, run it or keep it without asking. */
function harden(reply: FastifyReply, contentType: string): FastifyReply {
  return reply.headers({
    'content-type': contentType,
    'content-disposition': 'attachment',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
}
