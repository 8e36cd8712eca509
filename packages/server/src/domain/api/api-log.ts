import type { apiLogRoutes } from '@remotes/protocol/operators/api-log';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem } from '../operators/problem.ts';
import type { ApiLogEntry } from '../ports.ts';
import { rowsWanted } from './list-page.ts';
import { momentText } from './moment-text.ts';
import { refusalOfNarrowed } from './narrowed.ts';

export const apiLogDeeds: ApiDeeds<keyof typeof apiLogRoutes> = {
  async api_log_list({ mind, actor, query }) {
    const narrowed = refusalOfNarrowed(actor, 'read the log of requests');
    if (narrowed) return narrowed;
    const before = readCursor(query.cursor, ['number']);
    if (isProblem(before)) return before;
    const rows = await mind.storage.tables.apiLog.list(rowsWanted(query), before?.[0]);
    const { items, next } = pageFrom(rows, query.limit, ({ id }) => [id]);
    return { answer: { items: items.map(apiLogView), next } };
  },
};

/** An entry for programs. */
export function apiLogView(entry: ApiLogEntry) {
  return {
    at: momentText(entry.at),
    request_id: entry.requestId,
    method: entry.method,
    path: entry.path,
    status: entry.status,
    address: entry.address,
    host_name: entry.hostName,
    operator_name: entry.operatorName,
    client_agent: entry.clientAgent,
    duration_ms: entry.durationMs,
    arguments: entry.arguments,
  };
}
