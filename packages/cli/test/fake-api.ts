import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ProblemCode, problems } from '@remotes/protocol/operators/problems';
import type { AnswerOf, ApiRoute } from '@remotes/protocol/operators/route';
import { type RouteName, type Routes, routes } from '@remotes/protocol/operators/routes';
import { Errors } from 'typebox/value';
import { onTestFinished } from 'vitest';

/** A request as it came, once its shape was found to be that of the contract. */
type Asked = {
  readonly route: RouteName;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of a body it says itself
  readonly body: any;
  readonly headers: IncomingMessage['headers'];
};

type FakeProblem = {
  readonly code: ProblemCode;
  readonly hosts?: number;
  readonly detail?: string;
  readonly retryAfter?: number;
};
type Written = (response: ServerResponse) => void;
type Handler<Name extends RouteName> = (
  asked: Asked,
) => AnswerOf<Routes[Name]> | FakeProblem | { readonly write: Written };

export type Handlers = { readonly [Name in RouteName]?: Handler<Name> };

export type FakeApi = {
  readonly url: string;
  /** By which its user is known. */
  readonly env: Readonly<Record<string, string>>;
  /** What came, in order. */
  readonly asked: Asked[];
  /** Bodies that are not as the contract has them. */
  readonly faults: string[];
  /** Headers of every answer. */
  readonly headers: Record<string, string>;
};

export const token = `rmt_api_${'t'.repeat(43)}`;

/** A server that answers as a test says, and minds the contract of the real one. Ends with the test. */
export async function startFakeApi(
  handlers: Handlers,
  create: (listener: RequestListener) => Server = createServer,
): Promise<FakeApi> {
  const asked: Asked[] = [];
  const faults: string[] = [];
  const headers: Record<string, string> = {};
  const server = create(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const found = find(request.method ?? '', url.pathname);
    if (!found) return sendProblem(response, { code: 'not_found' });
    const written = await text(request);
    const body = written === '' ? undefined : JSON.parse(written);
    const { schema, name, params } = found;
    if (schema.body)
      for (const fault of Errors(schema.body, body))
        faults.push(`${name}: ${fault.instancePath} ${fault.message}`);
    const ask = {
      route: name,
      params,
      query: Object.fromEntries(url.searchParams),
      body,
      headers: request.headers,
    };
    asked.push(ask);
    const handler = handlers[name] as Handler<RouteName> | undefined;
    if (!handler) return sendProblem(response, { code: 'not_found' });
    const answer = handler(ask) as object | undefined;
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    if (answer && 'write' in answer) return (answer.write as Written)(response);
    if (answer && 'code' in answer && typeof answer.code === 'string' && answer.code in problems)
      return sendProblem(response, answer as FakeProblem);
    response.writeHead(schema.success, { 'Content-Type': 'application/json' });
    response.end(answer === undefined ? undefined : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, env: { REMOTES_SERVER: url, REMOTES_TOKEN: token }, asked, faults, headers };
}

function find(method: string, path: string) {
  for (const [name, schema] of Object.entries(routes) as [RouteName, ApiRoute][]) {
    if (schema.method !== method) continue;
    const pattern = schema.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    const match = new RegExp(`^${pattern}$`).exec(path);
    // A path without parameters counts before one with them.
    if (
      match &&
      (match.groups === undefined ||
        !Object.values(routes).some((other) => other.path === path && other.method === method))
    )
      return { name, schema, params: { ...match.groups } };
  }
  return undefined;
}

function sendProblem(response: ServerResponse, { code, hosts, retryAfter, detail }: FakeProblem): void {
  const { status, title } = problems[code];
  response.writeHead(status, {
    'Content-Type': 'application/problem+json',
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
  });
  response.end(
    JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail: detail ?? `${title}.`,
      code,
      ...(hosts !== undefined && { hosts }),
    }),
  );
}
