import { type Static, Type } from 'typebox';
import { about } from './forms.ts';

/**
 * Every refusal of the operators' API by its code, with its HTTP status and its title (RFC 9457): one list for the API,
 * the command line and the console. `detail` says in one sentence what is wrong this time and what to do.
 */
export const problems = {
  invalid_request: { status: 400, title: 'The request is not as it should be' },
  invalid_filter: { status: 400, title: 'The filter cannot be read' },
  not_signed_in: { status: 401, title: 'Nobody is signed in' },
  sign_in_failed: { status: 401, title: 'Name, password or second factor is wrong' },
  second_factor_wanted: { status: 401, title: 'A second factor is wanted' },
  not_allowed: { status: 403, title: 'This account may not do this' },
  confirmation_wanted: { status: 403, title: 'The password wants to be shown again' },
  locked_out: { status: 403, title: 'Too many failed attempts' },
  secure_connection_wanted: { status: 403, title: 'TLS is wanted' },
  wrong_origin: { status: 403, title: 'The request comes from another site' },
  not_found: { status: 404, title: 'There is no such thing' },
  unknown_host: { status: 404, title: 'There is no such host' },
  unknown_hosts_group: { status: 404, title: 'There is no such hosts group' },
  unknown_registration_token: { status: 404, title: 'There is no such registration token' },
  unknown_command: { status: 404, title: 'There is no such command' },
  unknown_run: { status: 404, title: 'There is no such run' },
  method_not_allowed: { status: 405, title: 'This path does not take this method' },
  ambiguous_command: { status: 409, title: 'Several commands have this name' },
  unsuitable_state: { status: 409, title: 'This cannot be done in the present state' },
  name_taken: { status: 409, title: 'This name is taken' },
  needs_yes: { status: 409, title: 'The number of hosts wants to be agreed to' },
  key_reused: { status: 409, title: 'This Idempotency-Key was used for another request' },
  key_in_use: { status: 409, title: 'The first request with this Idempotency-Key is under way' },
  outcome_unknown: { status: 409, title: 'Nobody knows whether the first request was carried out' },
  version_changed: { status: 412, title: 'It was changed meanwhile' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be JSON' },
  unsuitable_name: { status: 422, title: 'This name cannot be used' },
  unsuitable_file: { status: 422, title: 'This file cannot be applied' },
  unsuitable_value: { status: 422, title: 'This value cannot be used' },
  weak_password: { status: 422, title: 'The password is too weak' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The server failed' },
  unavailable: { status: 503, title: 'The server is stopping or busy' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** `application/problem+json` (RFC 9457). `hosts` comes with `needs_yes`: the number that wants to be agreed to. */
export const ProblemDetails = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  request_id: Type.Optional(Type.String()),
  hosts: about(
    'With `needs_yes`: the number of hosts that wants to be agreed to. Say it as `yes`.',
    Type.Optional(Type.Integer()),
  ),
});
export type ProblemDetails = Static<typeof ProblemDetails>;
