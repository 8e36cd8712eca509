import { isRefusal, type Refusal, refusals, refuse } from '@remotes/protocol/errors';

/** A refusal with what the case at hand adds to its headers. The host's name is for the record alone. */
export type HttpRefusal = Refusal & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly hostName?: string;
};

export type RefusalAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
};

const retryAfterSeconds = '5';

/**
 * A refusal as HTTP, in v1's words. `hasResults`: a v1 monitor dies of an answer to its list that has no `results`, so
 * every refusal there carries an empty one.
 */
export function refusalAnswer(
  refusal: HttpRefusal,
  { requestId, hasResults }: { requestId: string; hasResults: boolean },
): RefusalAnswer {
  const { status, form } = refusals[refusal.refused];
  const body = {
    ...(form === 'detail' ? { detail: refusal.sentence } : { status: 'ERROR' }),
    ...(form === 'message' && { message: refusal.sentence }),
    ...(hasResults && { results: [] }),
    ...(status >= 500 && { request_id: requestId }),
  };
  return { status, headers: { ...usualHeaders(status), ...refusal.headers }, body };
}

function usualHeaders(status: number): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Token' };
  if (status === 429 || status === 503) return { 'retry-after': retryAfterSeconds };
  return {};
}

/** What an error means for the caller; undefined for a fault of ours. */
export function refusalOfError(error: unknown): Refusal | undefined {
  if (isRefusal(error)) return error;
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const known = code === undefined ? undefined : refusalsByErrorCode.get(code);
  if (known) return known;
  // Whatever else fastify blames on the request: a body that breaks off, for one.
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? refuse('malformed_request')
    : undefined;
}

const refusalsByErrorCode: ReadonlyMap<string, Refusal> = new Map([
  ['FST_ERR_BAD_URL', refuse('not_found')],
  ['FST_ERR_MAX_PARAM_LENGTH', refuse('not_found')],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', refuse('unsupported_media_type')],
  ['FST_ERR_CTP_BODY_TOO_LARGE', refuse('body_too_large')],
  ['HPE_HEADER_OVERFLOW', refuse('headers_too_large')],
  ['ERR_HTTP_REQUEST_TIMEOUT', refuse('request_timeout')],
]);
