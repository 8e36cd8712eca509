import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export type Answer = { status: number; headers: IncomingHttpHeaders; text: string; json: unknown };
export type Call = {
  method?: string;
  headers?: Record<string, string>;
  token?: string;
  /** Sent as JSON, unless it is text or bytes already. */
  body?: unknown;
  /** Keeps connections, where a test asks a great deal. */
  agent?: Agent;
};

/** One request on a connection of its own, as v1 clients ask. `json` is undefined where the answer is not JSON. */
export function call(url: string, { method, headers = {}, token, body, agent }: Call = {}): Promise<Answer> {
  const bytes = body === undefined ? undefined : toBytes(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      agent: agent ?? false,
      method: method ?? (bytes === undefined ? 'GET' : 'POST'),
      headers: {
        ...(bytes !== undefined && { 'content-type': 'application/json', 'content-length': bytes.length }),
        ...(token !== undefined && { authorization: `Token ${token}` }),
        ...headers,
      },
    });
    sent.on('error', reject).on('response', async (response) => {
      const answered = await text(response);
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: answered,
        json: jsonOf(response.headers['content-type'], answered),
      });
    });
    sent.end(bytes);
  });
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function jsonOf(contentType: string | undefined, text: string): unknown {
  return contentType === 'application/json' && text !== '' ? JSON.parse(text) : undefined;
}

/** Sends these bytes as they are and reads until the server closes. */
export async function talk(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = dial(url);
  socket.write(bytes);
  return readAnswer(socket);
}

/** A bare connection: what goes over it is the caller's business. */
export function dial(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect({ host: hostname, port: Number(port) });
}

export type RawAnswer = { status: number; head: string; json: unknown };

/** Reads one answer, until the server closes the connection. */
export async function readAnswer(socket: Socket): Promise<RawAnswer> {
  const answered = await text(socket);
  const [head = '', body = ''] = answered.split('\r\n\r\n');
  const contentType = /^content-type: (.*)$/im.exec(head)?.[1];
  return { status: Number(head.split(' ')[1]), head, json: jsonOf(contentType, body) };
}
