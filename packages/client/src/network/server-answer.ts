import { type Trouble, trouble } from '../trouble.ts';
import type { FollowedAnswer } from './follow-redirects.ts';

/** What a server said. Its body is shown only when it is JSON: error pages may hold anybody's secrets. */
export type ServerAnswer = {
  readonly status: number;
  readonly url: URL;
  /** The JSON object as received, or undefined when the body is none. */
  readonly json: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The body of a success that is no text. */
  readonly bytes: Buffer | undefined;
  /** A JSON object, a success in its HTTP status, and not marked as an error. */
  readonly isOk: boolean;
  /** A server of this project answered: it stores a result that arrives twice only once. */
  readonly isRemotes: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly isTokenDropped: boolean;
  /** For the sentence about an answer that is not JSON. */
  readonly kind: string;
};

export function readAnswer({ status, headers, body, url, isTokenDropped }: FollowedAnswer): ServerAnswer {
  const hasSuccess = status >= 200 && status <= 299;
  const mediaType = headers['content-type']?.split(';')[0]?.trim();
  const isBytes = hasSuccess && mediaType === mediaTypeOfBytes;
  const text = isBytes ? '' : body.toString('utf8');
  const fields = parseObject(text);
  return Object.freeze({
    status,
    url,
    json: fields === undefined ? undefined : text,
    fields: fields ?? {},
    bytes: isBytes ? body : undefined,
    isOk: fields !== undefined && hasSuccess && fields.status !== 'ERROR',
    isRemotes: /^Remotes\b/.test(String(headers['server-agent'] ?? '')),
    retryAfterSeconds: readRetryAfter(headers['retry-after']),
    isTokenDropped,
    kind: `${mediaType ?? 'nothing named'}, ${body.length} bytes`,
  });
}

/** The refusal in the server's own words. */
function refusalOf({ fields, status, isTokenDropped, url }: ServerAnswer): string {
  const words = [fields.detail, fields.message].find((field) => typeof field === 'string' && field !== '');
  const said = words === undefined ? `HTTP ${status}` : `${oneLine(String(words))} (HTTP ${status})`;
  return isTokenDropped ? `${said}; it redirected to ${url.origin}, which was not given the token` : said;
}

/** One sentence for an answer that is no success: a refusal, or none that can be shown. */
export function problemOf(answer: ServerAnswer): string {
  return answer.json === undefined ? notJson(answer).message : `the server refused: ${refusalOf(answer)}`;
}

export function notJson({ status, url, kind }: ServerAnswer): Trouble {
  const where = url.origin + url.pathname;
  if (status >= 500)
    return trouble('answer', `the server failed at ${where} (HTTP ${status}): its own log says why`);
  return trouble(
    'answer',
    `${where} does not answer in JSON (HTTP ${status}, ${kind}): check that a Remotes server is at this address`,
  );
}

export function notRemotes({ url }: ServerAnswer, lacking: string): Trouble {
  const where = url.origin + url.pathname;
  return trouble(
    'answer',
    `${where} answers without ${lacking}: check that a Remotes server is at this address`,
  );
}

/** A text of somebody else's on one line of a screen or a log. */
export function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return plain.length > 200 ? `${plain.slice(0, 200)}…` : plain;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** Of what travels sealed, both ways. */
export const mediaTypeOfBytes = 'application/octet-stream';
