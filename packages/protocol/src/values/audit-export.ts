import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import { AuditCheckpoint } from './audit-checkpoint.ts';
import { AuditEntry } from './audit-entry.ts';
import { type CanonicalValue, canonicalJson } from './canonical-json.ts';
import { KeySuccession } from './key-succession.ts';
import { Bytes32, Sha256 } from './text-forms.ts';

/** A line of an export. `hash` is that of the entry and of everything before it. */
const AuditExportEntry = Type.Object({ entry: AuditEntry, hash: Sha256 });
export type AuditExportEntry = Static<typeof AuditExportEntry>;

/** Its last line: the server's word for the whole, and how its signing keys followed each other. */
export const AuditClosing = Type.Object({
  checkpoint: AuditCheckpoint,
  /** Null where none of the successions was signed by it. */
  recovery_key: Type.Union([Bytes32, Type.Null()]),
  successions: Type.Array(KeySuccession),
});
export type AuditClosing = Static<typeof AuditClosing>;

/** Undefined for what is none. Whether its signatures are good is not looked at. */
export function readAuditClosing(value: unknown): AuditClosing | undefined {
  return Check(AuditClosing, value) ? value : undefined;
}

/** Reads a line of an export; undefined unless it is spelt as the server spells it (RFC 8785), and says no more than it does. */
export function readExportLine(text: string): AuditExportEntry | AuditClosing | undefined {
  try {
    const line = readLine(JSON.parse(text));
    return line && canonicalJson(line as CanonicalValue) === text ? line : undefined;
  } catch {
    return undefined;
  }
}

/** With its own members alone. What stands below them is hashed or signed whole, with members that are not known here. */
function readLine(value: unknown): AuditExportEntry | AuditClosing | undefined {
  if (Check(AuditExportEntry, value)) return { entry: value.entry, hash: value.hash };
  const closing = readAuditClosing(value);
  if (!closing) return undefined;
  const { checkpoint, recovery_key, successions } = closing;
  return { checkpoint, recovery_key, successions };
}
