import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newFernetKey, openFernet, readFernetKey, sealFernet } from '@remotes/protocol/crypto/fernet';
import { encryptOaep, readRsaPublicKey } from '@remotes/protocol/crypto/rsa';
import { vectors } from './vectors.ts';

type Posted = { output: string; result: string; ending?: string };

type Asked = {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  /** What came with a post, opened. */
  posted?: Posted;
};

/** A command that the fake server hands out, beside the recorded one. */
type FakeCommand = {
  command: string;
  name?: string;
  settings?: Record<string, string>;
  variables?: Record<string, string | null>;
  timeout?: number;
  extra?: Record<string, unknown>;
};

/** Answers itself, or says 'go on'. */
export type Handler = (asked: Asked, response: ServerResponse) => unknown;

export type FakeServer = {
  readonly url: string;
  readonly asked: Asked[];
  /** What each command was reported with, by its number. */
  readonly stored: Map<number, Posted[]>;
  /** Adds a command; it is listed until something is posted for it. */
  offer: (id: number, command: FakeCommand) => void;
  /** Takes over `GET /path` or `POST /path` (no final slash) until it says 'go on'. */
  on: (what: string, handler: Handler) => void;
  off: (what: string) => void;
  /** Resolves once `what` was asked `count` times in all. */
  wasAsked: (what: string, count?: number) => Promise<void>;
  close: () => Promise<void>;
};

const { exchanges, rsa_keys: keys } = vectors;
const recordedId = 57;
/** What Django shows to whoever makes it fail: nothing of it may reach a screen or a log. */
export const errorPage = `<!DOCTYPE html><html><title>ValueError</title>SECRET_KEY=hunter2${'<p>trace</p>'.repeat(5000)}</html>`;

/**
 * The recorded conversation of a Django Remotes server, over real HTTP, with its quirks: a 301 for a missing slash, HTML for
 * what fails, a connection closed after each answer, 500 for a result that is no list although it was stored. With
 * `isRemotes` it says in each answer that it is one of ours.
 */
export async function startFakeServer({ hasRecorded = true, isRemotes = false } = {}): Promise<FakeServer> {
  const asked: Asked[] = [];
  const stored: FakeServer['stored'] = new Map();
  const handlers = new Map<string, Handler>();
  const offered = new Map<number, FakeCommand>();
  const waiting = new Set<() => void>();
  let publicPem = keys.main.public_spki_pem;
  const { uuid, fernet_key: uuidKey } = exchanges.command_post.expect;

  const listed = () => [
    ...(hasRecorded && !stored.has(recordedId) ? [{ group: 10, command: recordedId }] : []),
    ...[...offered.keys()].filter((id) => !stored.has(id)).map((command) => ({ group: 11, command })),
  ];

  function reply(request: Asked): Reply {
    const path = request.path.replace(/\/$/, '');
    const id = Number(/\/(\d+)$/.exec(path)?.[1]);
    const isRecorded = publicPem === keys.main.public_spki_pem;
    switch (`${request.method} ${path.replace(/\/\d+$/, '')}`) {
      case 'GET /api/status':
        if (path === request.path) return { status: 301, text: '', headers: { Location: '/api/status/' } };
        return json({ ...exchanges.status.response.body_json, server_url: `${url}/` });
      case 'GET /api/v1/discover':
        return recorded(exchanges.discover);
      case 'POST /api/v1/host/register':
        publicPem = JSON.parse(request.body).public_key;
        if (publicPem === keys.main.public_spki_pem) return recorded(exchanges.register);
        return json({ status: 'OK', encrypted: encrypt(publicPem, uuid) });
      case 'POST /api/v1/host/verify':
        if (isRecorded) return recorded(exchanges.verify);
        return json({ status: 'OK', encrypted: encrypt(publicPem, exchanges.verify.expect.token) });
      case 'GET /api/v1/host/status':
        return recorded(exchanges.host_status);
      case 'GET /api/v1/commands/list':
        return json({ status: 'OK', results: listed() });
      case 'GET /api/v1/commands/get': {
        if (id === recordedId && isRecorded) return recorded(exchanges.command_get);
        const command = offered.get(id);
        return command === undefined
          ? recorded(exchanges.errors['get not found']!)
          : json(sealed(publicPem, id, command));
      }
      case 'POST /api/v1/commands/post':
        if (!offered.has(id) && id !== recordedId) return recorded(exchanges.errors['post forbidden']!);
        return store(request, id);
      default:
        return { status: 404, text: errorPage, type: 'text/html' };
    }
  }

  function store(request: Asked, id: number): Reply {
    const key = readFernetKey(uuidKey)!;
    const body = JSON.parse(request.body) as Record<string, string>;
    const opened = Object.entries(body).map(([name, token]) => [name, openFernet(key, token)!.toString()]);
    const posted: Posted = Object.fromEntries(opened);
    request.posted = posted;
    if (`${posted.output}${posted.result}`.includes('\0')) return json({ output: ['Null'] }, 400);
    stored.set(id, [...(stored.get(id) ?? []), posted]);
    // Stored all the same: that is the quirk.
    if (!isList(posted.result) && !isRemotes) return { status: 500, text: errorPage, type: 'text/html' };
    return json({ status: 'OK', results: { id: 96 + stored.size } }, 201);
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const entry: Asked = { method, path, headers, body: Buffer.concat(chunks).toString() };
    asked.push(entry);
    if (isRemotes) response.setHeader('Server-Agent', 'Remotes/0.1.0');
    const handler = handlers.get(`${method} ${path.replace(/\/$/, '')}`);
    if (handler === undefined || (await handler(entry, response)) === 'go on') {
      const { status, text, type, headers: more } = reply(entry);
      send(response, status, type ?? 'application/json', text, more);
    }
    for (const wake of waiting) wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    asked,
    stored,
    offer: (id, command) => void offered.set(id, command),
    on: (what, handler) => void handlers.set(what, handler),
    off: (what) => void handlers.delete(what),
    wasAsked: (what, count = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const seen = asked.filter(({ method, path }) => `${method} ${path.replace(/\/$/, '')}` === what);
          if (seen.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

type Reply = { status: number; text: string; type?: string; headers?: Record<string, string> };

function json(body: unknown, status = 200): Reply {
  return { status, text: JSON.stringify(body) };
}

function recorded({ response }: { response: { status: number; body_text: string } }): Reply {
  return { status: response.status, text: response.body_text };
}

export function send(response: ServerResponse, status: number, type: string, body: string, more = {}): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...more,
  });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, body: unknown, more = {}): void {
  send(response, status, 'application/json', JSON.stringify(body), more);
}

function sealed(pem: string, id: number, given: FakeCommand) {
  const { text, key } = newFernetKey();
  const seal = (value: string) => sealFernet(key, value);
  const entries = (members: Record<string, string | null> = {}) =>
    Object.fromEntries(
      Object.entries(members).map(([name, value]) => [name, value === null ? null : seal(value)]),
    );
  return {
    id,
    name: seal(given.name ?? `command ${id}`),
    settings: entries(given.settings),
    variables: entries(given.variables),
    command: seal(given.command),
    timeout: given.timeout ?? 20,
    encrypted: ['name', 'settings', 'variables', 'command'],
    encryption_key: encrypt(pem, text),
    ...given.extra,
  };
}

function encrypt(pem: string, text: string): string {
  return encryptOaep(readRsaPublicKey(pem)!, text);
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
