import { type Static, Type } from 'typebox';
import { about, Moment, nullable } from './forms.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

export const LoggedRequest = Type.Object({
  at: Moment,
  request_id: Type.String(),
  method: Type.String(),
  path: Type.String(),
  status: Type.Integer(),
  address: Type.String(),
  host_name: nullable(Type.String()),
  operator_name: nullable(Type.String()),
  client_agent: nullable(Type.String()),
  duration_ms: Type.Number(),
  arguments: about(
    'What was sent, tokens and keys masked; null unless a setting asks for it.',
    nullable(Type.String()),
  ),
});
export type LoggedRequest = Static<typeof LoggedRequest>;

/** The log of requests, while the setting `apilog_enable_logging` is on. For accounts whose rights are not narrowed. */
export const apiLogRoutes = {
  api_log_list: {
    method: 'GET',
    path: '/api/v2/api-log',
    access: 'admin',
    summary: 'List requests that came in, newest first',
    query: Type.Object(pageQuery),
    success: 200,
    answer: pageOf(LoggedRequest),
  },
} as const satisfies Record<string, ApiRoute>;
