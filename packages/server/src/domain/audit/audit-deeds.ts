import type { auditRoutes } from '@remotes/protocol/operators/audit';
import type { AuditEntry } from '@remotes/protocol/values/audit-entry';
import type { AuditClosing } from '@remotes/protocol/values/audit-export';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { readDateTime } from '../fleet-date-time.ts';
import type { Mind } from '../mind.ts';
import { refusalOfAccess } from '../operators/access.ts';
import type { Actor } from '../operators/actor.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, notFound, problem } from '../operators/problem.ts';
import { standingActor } from '../operators/prove-actor.ts';
import { findable } from './audit-entry.ts';
import { chainAudit } from './chaining.ts';
import { closingOf, signHead } from './closing.ts';

export const auditDeeds: ApiDeeds<keyof typeof auditRoutes> = {
  async audit_list({ mind, actor, query }) {
    const below = readCursor(query.cursor, ['number']);
    const refusal = refusalOfNarrowed(actor);
    if (refusal) return refusal;
    if (isProblem(below)) return below;
    const limit = query.limit ?? 100;
    const found = await mind.storage.tables.audit.list({
      actor: query.actor && findable(query.actor),
      action: query.action,
      subject: query.subject && findable(query.subject),
      sinceAt: query.since_at === undefined ? undefined : readDateTime(query.since_at),
      beforeAt: query.before_at === undefined ? undefined : readDateTime(query.before_at),
      belowNumber: below?.[0],
      limit: limit + 1,
    });
    const entries = found.map(({ entry, hash }) => ({ ...(JSON.parse(entry) as AuditEntry), hash }));
    const { items, next } = pageFrom(entries, limit, ({ number }) => [number]);
    return { answer: { items: [...items], next } };
  },

  async audit_export({ mind, actor }) {
    const refusal = refusalOfNarrowed(actor);
    if (refusal) return refusal;
    await chainAudit(mind);
    const head = await mind.storage.tables.audit.head();
    const closing = await closingOf(mind, await signHead(mind, head));
    return { answer: undefined, stream: exported(mind, actor, closing), fileName: 'audit.ndjson' };
  },

  async audit_checkpoint({ mind, query: { size } }) {
    const { audit } = mind.storage.tables;
    const newest = size === undefined ? await audit.newestCheckpoint() : undefined;
    if (newest) return { answer: await closingOf(mind, newest) };
    const head = size === undefined ? await audit.head() : await audit.headAt(size);
    if (!head) return notFound(`entry ${size} in the audit`);
    return { answer: await closingOf(mind, await signHead(mind, head)) };
  },
};

const exportedAtOnce = 500;

/** All entries up to the checkpoint, then the checkpoint. */
async function* exported(mind: Mind, actor: Actor, closing: AuditClosing): AsyncGenerator<string> {
  const { size } = closing.checkpoint;
  for (let number = 0; number < size; ) {
    // Whoever reads slowly is not to go on when he may not any more; without its end an export is worth nothing.
    const reader = await standingActor(mind, actor);
    if (refusalOfAccess('admin', reader) || !reader || refusalOfNarrowed(reader)) return;
    const entries = await mind.storage.tables.audit.after(number, Math.min(exportedAtOnce, size - number));
    // As it is canonical JSON already, so is this.
    yield entries.map(({ entry, hash }) => `{"entry":${entry},"hash":"${hash}"}\n`).join('');
    number = entries.at(-1)?.number ?? size;
  }
  yield `${canonicalJson(closing)}\n`;
}

/** Entries speak of hosts of every group. */
function refusalOfNarrowed({ hostsGroupIds }: Actor) {
  if (hostsGroupIds === null) return undefined;
  return problem('not_allowed', 'The audit is for accounts whose rights are not narrowed to hosts groups.');
}
