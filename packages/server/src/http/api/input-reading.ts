import type { FastifyRequest } from 'fastify';
import { isProblem, notFound, type Problem, problem } from '../../domain/operators/problem.ts';
import type { ApiCall } from './api-call.ts';
import { readBody } from './body-reading.ts';
import { wordsOfPath } from './path-words.ts';
import { readQuery, readText } from './query-reading.ts';
import type { Given } from './shapes.ts';
import { problemOfStoring } from './storable.ts';

/** What was asked, in the shape that the contract wants. */
export type Input = {
  readonly params: Given;
  readonly query: Given;
  readonly body: Given | undefined;
  readonly wantedVersion: string | undefined;
};

export function readInput(call: ApiCall, request: FastifyRequest): Input | Problem {
  const query = readQuery(call.query, request.raw.url);
  if (isProblem(query)) return query;
  const params = readParams(call, request.params as Readonly<Record<string, string>>);
  if (isProblem(params)) return params;
  const body = call.body && readBody(call.body, request.headers, bytesOf(request));
  if (isProblem(body)) return body;
  const wantedVersion = readIfMatch(request.headers['if-match']);
  if (isProblem(wantedVersion)) return wantedVersion;
  return { params, query, body, wantedVersion };
}

export function bytesOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** An id that cannot be one names nothing. */
function readParams(
  { params: shape, route }: Pick<ApiCall, 'params' | 'route'>,
  texts: Readonly<Record<string, string>>,
): Given | Problem {
  if (!shape) return problemOfStoring(texts) ? notFound(wordsOfPath(route.path, texts)) : texts;
  const given = Object.entries(texts).map(([name, text]) => [name, readText(text, shape.members[name])]);
  const params = shape.read(Object.fromEntries(given));
  return isProblem(params) ? notFound(wordsOfPath(route.path, texts)) : params;
}

/** `If-Match` (RFC 9110 section 13.1.1) with one version; `*` wants none in particular. */
function readIfMatch(header: string | undefined): string | undefined | Problem {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^\s*(?:W\/)?"([^"]*)"\s*$/.exec(header)?.[1];
  return version ?? problem('invalid_request', 'If-Match takes one ETag, in quotes, as it was answered.');
}
