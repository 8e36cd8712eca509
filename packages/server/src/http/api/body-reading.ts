import type { IncomingHttpHeaders } from 'node:http';
import { TextDecoder } from 'node:util';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import { readMediaType } from '../media-type.ts';
import type { Given, Shape } from './shapes.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The body of a request as the shape has it: JSON, and nothing else. An empty one counts as `{}`. */
export function readBody(shape: Shape, headers: IncomingHttpHeaders, bytes: Buffer): Given | Problem {
  if (bytes.length === 0) return shape.read({});
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  const { name, charset = 'utf-8' } = readMediaType(headers['content-type'] ?? '');
  if (name !== 'application/json' || charset !== 'utf-8' || encoding !== 'identity') {
    return problem('unsupported_media_type', 'Send the body as application/json in UTF-8, not compressed.');
  }
  const given = parse(bytes);
  if (given === undefined) return problem('invalid_request', 'The body is not JSON in UTF-8.');
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  return isObject
    ? shape.read(given as Given)
    : problem('invalid_request', 'The body must be an object: {"name": value, …}.');
}

/** V8's own words about broken JSON quote it, so they are not passed on. */
function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}
