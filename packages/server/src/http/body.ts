import type { IncomingHttpHeaders } from 'node:http';
import { TextDecoder } from 'node:util';
import { type Refusal, refuse } from '@remotes/protocol/errors';
import { readMediaType } from './media-type.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Wrapped, because whoever sends a body could name its fields like those of a refusal. */
export type Reading = { readonly fields: Fields } | Refusal;

/**
 * The named fields of a body: JSON, urlencoded or multipart, as v1 takes them. An empty body has none, whatever its
 * type. Of a field that is named twice the last counts.
 */
export async function readFields(headers: IncomingHttpHeaders, body: Buffer): Promise<Reading> {
  if (body.length === 0) return { fields: {} };
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    return refuse('unsupported_media_type', `Unsupported content encoding "${encoding}" in request.`);
  }
  const contentType = headers['content-type'] ?? '';
  const { name, charset } = readMediaType(contentType);
  if (name === 'application/json') return readJson(body, charset);
  if (name === 'application/x-www-form-urlencoded') return readUrlencoded(body, charset);
  if (name === 'multipart/form-data') return readMultipart(body, contentType);
  return refuse('unsupported_media_type', `Unsupported media type "${contentType}" in request.`);
}

function readJson(body: Buffer, charset: string | undefined): Reading {
  if (hasTooMany(body, ['[', '{', ','])) return invalidJson('it has too many items');
  const text = decode(body, charset);
  if (text === undefined) return invalidJson('it is not text in the stated encoding');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's own words may quote the body.
    return invalidJson('this is not JSON');
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? { fields: value as Fields } : refuse('body_not_object');
}

function invalidJson(why: string): Refusal {
  return refuse('invalid_json', `JSON parse error - ${why}`);
}

function readUrlencoded(body: Buffer, charset: string | undefined): Reading {
  const text = hasTooMany(body, ['&']) ? undefined : decode(body, charset);
  if (text === undefined) return refuse('malformed_request');
  return { fields: Object.fromEntries(new URLSearchParams(text)) };
}

/**
 * Read as Node's own Response reads it (RFC 7578). It looks for the bare boundary, so one that occurs within a value is
 * an error, where others would look at the line break before it too. Files are left out: nobody asks for one here.
 */
async function readMultipart(body: Buffer, contentType: string): Promise<Reading> {
  if (hasTooMany(body, ['\r\n\r\n'])) return refuse('malformed_request');
  try {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
    return { fields: Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')) };
  } catch {
    return refuse('malformed_request');
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a body; undefined where its bytes are none in this charset. A charset that nobody knows is UTF-8. */
function decode(body: Buffer, charset: string | undefined): string | undefined {
  try {
    return decoderOf(charset).decode(body);
  } catch {
    return undefined;
  }
}

function decoderOf(charset: string | undefined): TextDecoder {
  if (charset === undefined || charset === 'utf-8') return utf8;
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return utf8;
  }
}

const harmlessBytes = 64 * 1024;
const mostItems = 10_000;

/**
 * Everything that is said here is a few texts, long ones perhaps. Millions of small parts in 16 MiB would keep the
 * process busy for seconds and fill its memory, so they are counted before anything reads them.
 */
function hasTooMany(body: Buffer, separators: readonly string[]): boolean {
  return body.length > harmlessBytes && separators.some((separator) => occursTooOften(body, separator));
}

function occursTooOften(body: Buffer, separator: string): boolean {
  let at = -1;
  for (let count = 0; count <= mostItems; count += 1) {
    at = body.indexOf(separator, at + 1, 'latin1');
    if (at < 0) return false;
  }
  return true;
}
