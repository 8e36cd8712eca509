import { auditRoutes } from '@remotes/protocol/operators/audit';
import { isProblem } from '../trouble.ts';
import type { Api } from './api.ts';

/** The server's word for its audit at this size; null when it says that it has no such entry. */
export async function closingAt(api: Api, size: number, signal?: AbortSignal): Promise<unknown> {
  try {
    return (await api.ask(auditRoutes.audit_checkpoint, { query: { size }, signal })).answer;
  } catch (thrown) {
    if (isProblem(thrown, 'not_found')) return null;
    throw thrown;
  }
}
