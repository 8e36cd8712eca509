/**
 * Every refusal that the server can give, by its code. `status` is the HTTP status; `form` is how the v1 wire
 * words it: `detail` → `{"detail": sentence}`, `message` → `{"status":"ERROR","message": sentence}`,
 * `bare` → `{"status":"ERROR"}`.
 *
 * A v1 client that registers takes an answer without `status` as a clean refusal and dies on one with it, so every
 * refusal that v1 does not know is a `detail`.
 */
export const refusals = {
  not_authenticated: {
    status: 401,
    form: 'detail',
    sentence: 'Authentication credentials were not provided.',
  },
  token_header_empty: {
    status: 401,
    form: 'detail',
    sentence: 'Invalid token header. No credentials provided.',
  },
  token_header_spaces: {
    status: 401,
    form: 'detail',
    sentence: 'Invalid token header. Token string should not contain spaces.',
  },
  token_header_characters: {
    status: 401,
    form: 'detail',
    sentence: 'Invalid token header. Token string should not contain invalid characters.',
  },
  invalid_token: { status: 401, form: 'detail', sentence: 'Invalid token.' },
  permission_denied: {
    status: 403,
    form: 'detail',
    sentence: 'You do not have permission to perform this action.',
  },
  host_disabled: { status: 403, form: 'detail', sentence: 'This host is disabled.' },
  host_not_approved: { status: 403, form: 'detail', sentence: 'This host is waiting for approval.' },
  token_expired: { status: 403, form: 'detail', sentence: 'This registration token has expired.' },
  token_revoked: { status: 403, form: 'detail', sentence: 'This registration token was revoked.' },
  token_used_up: { status: 403, form: 'detail', sentence: 'This registration token has no uses left.' },
  signature_replayed: {
    status: 403,
    form: 'detail',
    sentence: 'This signature was used before: sign again and send the new one.',
  },
  not_found: { status: 404, form: 'detail', sentence: 'Not found.' },
  method_not_allowed: { status: 405, form: 'detail', sentence: 'Method not allowed.' },
  not_acceptable: { status: 406, form: 'detail', sentence: 'Could not satisfy the request Accept header.' },
  request_timeout: { status: 408, form: 'detail', sentence: 'The request took too long to arrive.' },
  body_too_large: { status: 413, form: 'detail', sentence: 'The body is larger than this server accepts.' },
  unsupported_media_type: { status: 415, form: 'detail', sentence: 'Unsupported media type in request.' },
  too_many_requests: { status: 429, form: 'detail', sentence: 'Too many requests: try again later.' },
  headers_too_large: {
    status: 431,
    form: 'detail',
    sentence: 'The headers are larger than this server accepts.',
  },
  internal: {
    status: 500,
    form: 'detail',
    sentence: 'The server failed; its log says why, under the request id.',
  },
  unavailable: { status: 503, form: 'detail', sentence: 'The server is stopping or busy: try again later.' },
  invalid_json: { status: 400, form: 'detail', sentence: 'JSON parse error' },
  malformed_request: { status: 400, form: 'detail', sentence: 'The request is malformed.' },
  body_not_object: {
    status: 400,
    form: 'message',
    sentence: 'The body must be an object of named fields',
  },
  missing_public_key: { status: 400, form: 'message', sentence: 'Missing host public key' },
  invalid_public_key: { status: 400, form: 'message', sentence: 'Invalid PEM key' },
  missing_uuid: { status: 400, form: 'message', sentence: 'Missing host UUID' },
  missing_encrypted: { status: 400, form: 'message', sentence: 'Missing encrypted text' },
  host_not_found: { status: 400, form: 'message', sentence: 'Host not found' },
  invalid_signature: { status: 400, form: 'message', sentence: 'Invalid signature' },
  missing_output: { status: 400, form: 'message', sentence: 'Missing command output' },
  missing_result: { status: 400, form: 'message', sentence: 'Missing command result' },
  invalid_output: {
    status: 400,
    form: 'message',
    sentence: "The command output is not sealed with this host's key",
  },
  invalid_result: {
    status: 400,
    form: 'message',
    sentence: "The command result is not sealed with this host's key",
  },
  not_this_hosts_command: { status: 403, form: 'bare', sentence: 'This command is not for this host.' },
  v1_closed: {
    status: 403,
    form: 'detail',
    sentence: 'This host has proved its key: it is served by the sealed protocol alone.',
  },
  handshake_malformed: { status: 400, form: 'detail', sentence: 'The handshake is malformed.' },
  handshake_version: {
    status: 400,
    form: 'detail',
    sentence: 'This server speaks none of the offered versions.',
  },
  session_ended: {
    status: 410,
    form: 'detail',
    sentence: 'This session is not known or has ended: shake hands again.',
  },
  seal_broken: { status: 400, form: 'detail', sentence: 'The seal of this message is broken.' },
  message_replayed: {
    status: 409,
    form: 'detail',
    sentence: 'This message was said before, or came too late.',
  },
  message_malformed: {
    status: 400,
    form: 'detail',
    sentence: 'This message has a shape that it never has.',
  },
  host_unproved: {
    status: 403,
    form: 'detail',
    sentence: 'Only a host that has proved itself may say this.',
  },
  proof_invalid: { status: 403, form: 'detail', sentence: 'This proof is not good for this host.' },
  channel_key_enrolled: {
    status: 409,
    form: 'detail',
    sentence: 'This host has enrolled another channel key before.',
  },
  past_wanted: {
    status: 409,
    form: 'detail',
    sentence: 'The server was restored: tell it what ran since, first.',
  },
  past_too_long: {
    status: 409,
    form: 'detail',
    sentence: 'This host has told more runs than a server takes on its word alone, which is 100,000.',
  },
  not_this_hosts_run: { status: 403, form: 'detail', sentence: "This run is not this host's." },
  report_illegal: {
    status: 409,
    form: 'detail',
    sentence: 'A run in this state cannot be reported so.',
  },
  statement_invalid: {
    status: 400,
    form: 'detail',
    sentence: 'The statement is not signed by this host, or does not fit what came with it.',
  },
  upgrade_required: {
    status: 426,
    form: 'detail',
    sentence: 'This path is for WebSockets of the live channel alone.',
  },
  output_wanted: {
    status: 409,
    form: 'detail',
    sentence: 'The server does not have all of the output before this: say it again from the beginning.',
  },
} as const satisfies Record<string, RefusalKind>;

export type RefusalKind = { status: number; form: 'detail' | 'message' | 'bare'; sentence: string };
export type RefusalCode = keyof typeof refusals;

/** A refusal as it travels inside the server: a known code, and a sentence that is safe to show. */
export type Refusal = { readonly refused: RefusalCode; readonly sentence: string };

/** Makes the refusal with this code; `sentence` replaces the usual one where the case can be named more exactly. */
export function refuse(code: RefusalCode, sentence: string = refusals[code].sentence): Refusal {
  return { refused: code, sentence };
}

/** Tells a refusal from any answer. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'refused' in answer;
}
