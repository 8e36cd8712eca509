import { Type } from 'typebox';
import { AuditEntry } from '../values/audit-entry.ts';
import { AuditClosing } from '../values/audit-export.ts';
import { Sha256 } from '../values/text-forms.ts';
import { about } from './forms.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

const Time = Type.String({ format: 'date-time', maxLength: 40 });

export const auditRoutes = {
  audit_list: {
    method: 'GET',
    path: '/api/v2/audit',
    access: 'admin',
    summary: 'List what was done, newest first',
    query: Type.Object({
      ...pageQuery,
      actor: about(
        "A name: of an operator, or of an account on the server's machine.",
        Type.Optional(Type.String({ maxLength: 200 })),
      ),
      action: about(
        '`host.approve`, or `host` for all that was done to hosts.',
        Type.Optional(Type.String({ maxLength: 100, pattern: '^[a-z_]+(\\.[a-z_]+)?$' })),
      ),
      subject: about(
        'What was changed: `host 7`, `job 019a…`.',
        Type.Optional(Type.String({ maxLength: 400 })),
      ),
      since_at: about('Entries from then on.', Type.Optional(Time)),
      before_at: about('Entries before then.', Type.Optional(Time)),
    }),
    success: 200,
    answer: pageOf(Type.Object({ ...AuditEntry.properties, hash: Sha256 })),
  },
  audit_export: {
    method: 'GET',
    path: '/api/v2/audit/export',
    access: 'admin',
    summary: 'Export the whole audit, for "remotes audit verify": a line an entry, a checkpoint at the end',
    success: 200,
    media: 'application/x-ndjson',
  },
  audit_checkpoint: {
    method: 'GET',
    path: '/api/v2/audit/checkpoint',
    access: 'viewer',
    summary: 'Show the newest signed checkpoint of the audit, or one of its first entries',
    query: Type.Object({
      size: about(
        'How many entries it is to be of: what was kept at that size must be the same.',
        Type.Optional(Type.Integer({ minimum: 0 })),
      ),
    }),
    success: 200,
    answer: AuditClosing,
  },
} as const satisfies Record<string, ApiRoute>;
