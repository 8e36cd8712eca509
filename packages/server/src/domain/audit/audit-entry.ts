import { chainHash } from '@remotes/protocol/crypto/audit-chain';
import type { AuditEntry } from '@remotes/protocol/values/audit-entry';
import { type CanonicalValue, canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { ChainedEntry, ChainHead } from '../ports.ts';
import { storableText } from '../result-reading.ts';

/** The entry that a note becomes behind this head. */
export function entryBehind({ size, hash: former }: ChainHead, note: string): ChainedEntry {
  const number = size + 1;
  const said = { ...(JSON.parse(note) as Omit<AuditEntry, 'number'>), number };
  const entry = canonicalJson(said as CanonicalValue);
  return {
    number,
    at: Date.parse(said.at),
    actor: findable(said.by.name),
    action: findable(said.action),
    subject: findable(said.subject),
    entry,
    hash: chainHash(former, entry),
  };
}

/** By what an entry is found, as any index can hold it: what cannot be stored would keep all others waiting. */
export function findable(text: string): string {
  return storableText(text.slice(0, 200));
}
