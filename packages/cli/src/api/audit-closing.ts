import { auditRoutes } from '@remotes/protocol/operators/audit';
import { isProblem } from '../trouble.ts';
import type { Api } from './api.ts';

/**
 * The server's word for its audit at this size; null when it has no such entry; undefined when nothing can be told: it is
 * out of reach, or one was signed out meanwhile.
 */
export async function closingAt(api: Api, size: number): Promise<unknown> {
  try {
    return (await api.ask(auditRoutes.audit_checkpoint, { query: { size } })).answer;
  } catch (thrown) {
    return isProblem(thrown, 'not_found') ? null : undefined;
  }
}
