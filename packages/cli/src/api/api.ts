import { randomUUID } from 'node:crypto';
import type { AnswerOf, ApiRoute, BodyOf, ParamsOf, QueryOf } from '@remotes/protocol/operators/route';
import { version as programVersion } from '@remotes/protocol/version';
import { exchange, type HttpAnswer, readWhole } from './exchange.ts';
import { withPatience } from './patience.ts';
import { problemTrouble } from './problem-trouble.ts';

/** A server, and by what one is known there. */
export type Access = {
  readonly url: string;
  readonly token: string | undefined;
  readonly ca: string | undefined;
  /** Is told the newest audit checkpoint that came with an answer. */
  noteCheckpoint(header: string): void;
};

/** What a request of this route is made of. */
export type AskOf<Route extends ApiRoute> = Part<'params', ParamsOf<Route>> &
  Part<'query', QueryOf<Route>> &
  Part<'body', BodyOf<Route>> & {
    /** The version that the change is meant for (`If-Match`). */
    readonly version?: string | undefined;
    readonly lastEventId?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  };

type Part<Name extends string, Value> = Value extends undefined
  ? object
  : Record<never, never> extends Value
    ? { readonly [name in Name]?: Value }
    : { readonly [name in Name]: Value };

type Reply<Answer> = { readonly answer: Answer; readonly version: string | undefined };

/** The operators' API of one server: one typed call a route, problems thrown as troubles. */
export type Api = {
  readonly origin: string;
  ask<Route extends ApiRoute>(route: Route, ask: AskOf<Route>): Promise<Reply<AnswerOf<Route>>>;
  /** The answer as it comes, of routes that do not answer in JSON. */
  stream<Route extends ApiRoute>(route: Route, ask: AskOf<Route>): Promise<AsyncIterable<Buffer>>;
};

type AnyAsk = {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly version?: string | undefined;
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

const silenceSeconds = 60;

export function openApi(access: Access): Api {
  const { origin } = new URL(access.url);

  /** Answers a success alone. */
  const send = (route: ApiRoute, ask: AnyAsk): Promise<HttpAnswer> => {
    // One key for all attempts: it is done once, however often it is said.
    const key = route.isCreating ? randomUUID() : undefined;
    const http = {
      method: route.method,
      url: urlOf(access.url, route.path, ask),
      headers: headersOf(route, ask, access.token, key),
      body: ask.body === undefined ? undefined : JSON.stringify(ask.body),
      ca: access.ca,
      silenceSeconds,
      signal: ask.signal,
    };
    return withPatience(
      async () => {
        const answer = await exchange(http);
        const checkpoint = answer.headers['remotes-checkpoint'];
        if (typeof checkpoint === 'string') access.noteCheckpoint(checkpoint);
        if (answer.status >= 200 && answer.status < 300) return { answer };
        const refusal = problemTrouble(answer.status, await readWhole(answer), origin);
        return { refusal, retryAfterSeconds: retryAfter(answer) };
      },
      { isRepeatable: route.method === 'GET' || key !== undefined },
    );
  };

  const parsed = (text: string, { status }: HttpAnswer): unknown => {
    try {
      return text === '' ? undefined : JSON.parse(text);
    } catch {
      throw problemTrouble(status, '', origin);
    }
  };

  return Object.freeze({
    origin,
    async ask<Route extends ApiRoute>(route: Route, ask: AskOf<Route>) {
      const answer = await send(route, ask as AnyAsk);
      const text = await readWhole(answer);
      if (answer.status !== 204 && !isJson(answer)) throw problemTrouble(answer.status, '', origin);
      const etag = answer.headers.etag?.replace(/^(W\/)?"|"$/g, '');
      return {
        answer: parsed(text, answer) as AnswerOf<Route>,
        version: etag,
      };
    },
    async stream<Route extends ApiRoute>(route: Route, ask: AskOf<Route>) {
      return (await send(route, ask as AnyAsk)).body;
    },
  });
}

function urlOf(base: string, path: string, { params = {}, query = {} }: AnyAsk): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const url = new URL(base.replace(/\/+$/, '') + filled);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) url.searchParams.append(name, String(one));
    }
  }
  return url;
}

function headersOf(
  { media }: ApiRoute,
  { version, lastEventId }: AnyAsk,
  token: string | undefined,
  key: string | undefined,
): Record<string, string> {
  return {
    Accept: media ?? 'application/json',
    'User-Agent': `remotes/${programVersion}`,
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(key !== undefined && { 'Idempotency-Key': key }),
    ...(version !== undefined && { 'If-Match': `"${version}"` }),
    ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
  };
}

function isJson({ headers }: HttpAnswer): boolean {
  return /^application\/(json|problem\+json)\b/.test(headers['content-type'] ?? '');
}

function retryAfter({ headers }: HttpAnswer): number | undefined {
  const seconds = Number(headers['retry-after']);
  return headers['retry-after'] !== undefined && Number.isFinite(seconds) ? seconds : undefined;
}
