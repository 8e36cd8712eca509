import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { AuditNote, AuditTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

const note = prepared((db, given: { note: string }) =>
  db.insertInto('audit_notes').values({ note: given.note }),
);

export function auditTable(connection: Connection): AuditTable {
  return Object.freeze({
    async note({ at, by, action, subject, before = null, after = null }: AuditNote) {
      await note.run(connection, { note: canonicalJson({ at, by, action, subject, before, after }) });
    },
  });
}
