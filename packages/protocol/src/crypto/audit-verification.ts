import type { AuditCheckpoint } from '../values/audit-checkpoint.ts';
import { type AuditClosing, readExportLine } from '../values/audit-export.ts';
import { type CanonicalValue, canonicalJson } from '../values/canonical-json.ts';
import { chainHash, chainStart, isCheckpointSigned } from './audit-chain.ts';
import { areSigned, fingerprintOf, leadsTo, type Proved } from './key-chain.ts';

/** By what an export is judged besides itself. */
export type AuditTrust = {
  /** Checkpoints of this server that were kept: the export must lead through each of them. */
  readonly checkpoints?: readonly AuditCheckpoint[];
  /** Fingerprints of the keys that the server is known by; without them anybody may have signed the end. */
  readonly keys?: { readonly signingKey: string; readonly recoveryKey: string | undefined };
};

/** What came of it: what is wrong, in a sentence, or how far the record goes and who vouches for it. */
export type AuditVerdict =
  | { readonly wrong: string }
  | { readonly checkpoint: AuditCheckpoint; readonly fingerprint: string; readonly isKeyKnown: boolean };

/**
 * Whether an export of the audit (NDJSON: entries with their hashes, a checkpoint at the end) is whole and unchanged.
 * Asks nobody. What it finds: any changed, removed, added, swapped or cut-off entry; with kept checkpoints or keys also a
 * record that was written anew with all its hashes.
 */
export async function verifyAuditExport(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { checkpoints = [], keys }: AuditTrust,
): Promise<AuditVerdict> {
  const bad = checkpoints.find((kept) => !isCheckpointSigned(kept));
  if (bad) return wrong(`The checkpoint of ${timeOf(bad)} is not signed by the key that it names.`);
  const due = new Map<number, AuditCheckpoint[]>();
  for (const kept of checkpoints) due.set(kept.size, [...(due.get(kept.size) ?? []), kept]);

  let size = 0;
  let hash = chainStart;
  let lineNumber = 0;
  let closing: AuditClosing | undefined;
  const conflicting = () => due.get(size)?.find((kept) => kept.hash !== hash);
  try {
    for await (const text of linesOf(chunks)) {
      lineNumber += 1;
      if (closing) return wrong('Something follows the checkpoint at the end.');
      const line = readExportLine(text);
      if (!line) return wrong(`Line ${lineNumber} is not as the server wrote it.`);
      if ('checkpoint' in line) {
        closing = line;
        continue;
      }
      const { entry } = line;
      if (entry.number !== size + 1) {
        return wrong(`Entry ${size + 1} is missing: entry ${entry.number} stands in its place.`);
      }
      size += 1;
      hash = chainHash(hash, canonicalJson(entry as CanonicalValue));
      if (hash !== line.hash) return wrong(`Entry ${size}, or its hash, was changed.`);
      const other = conflicting();
      if (other) return wrong(rewritten(other));
    }
  } catch (trouble) {
    if (!(trouble instanceof TypeError)) throw trouble;
    return wrong(`Line ${lineNumber + 1} is not as the server wrote it.`);
  }
  if (!closing) return wrong(`The end is missing: after entry ${size} no checkpoint follows.`);
  const { checkpoint } = closing;
  if (checkpoint.size !== size || checkpoint.hash !== hash) {
    return wrong(`The checkpoint at the end is one of ${checkpoint.size} entries, and these are ${size}.`);
  }
  return judgeClosing(closing, checkpoints, keys);
}

function judgeClosing(
  { checkpoint, recovery_key, successions }: AuditClosing,
  kept: readonly AuditCheckpoint[],
  keys: AuditTrust['keys'],
): AuditVerdict {
  const fingerprint = fingerprintOf(checkpoint.key);
  if (fingerprint === undefined || !isCheckpointSigned(checkpoint)) {
    return wrong('The checkpoint at the end is not signed by the key that it names.');
  }
  const proved = {
    server: checkpoint.server,
    signing_key: checkpoint.key,
    recovery_key: recovery_key ?? '',
    successions,
  };
  const wantsRecoveryKey = successions.some(({ by }) => by === 'recovery');
  if (!areSigned(proved) || !isOneLine(proved) || wantsRecoveryKey !== (recovery_key !== null)) {
    return wrong('A succession of signing keys at the end was changed.');
  }
  const stranger = kept.find(({ server }) => server !== checkpoint.server);
  if (stranger) return wrong(`The checkpoint of ${timeOf(stranger)} is one of another server.`);
  const longer = kept.find(({ size }) => size > checkpoint.size);
  if (longer) {
    return wrong(
      `The checkpoint of ${timeOf(longer)} is one of ${longer.size} entries, and these are ${checkpoint.size}: the rest was cut off, or the export is older.`,
    );
  }
  const other = kept.find(({ size, hash }) => size === checkpoint.size && hash !== checkpoint.hash);
  if (other) return wrong(rewritten(other));
  if (keys && !leadsTo(proved, keys)) {
    return wrong(
      `The end is signed by a key with the fingerprint ${fingerprint}, and no succession leads to it from the one that this server is known by.`,
    );
  }
  return { checkpoint, fingerprint, isKeyKnown: keys !== undefined };
}

/** Nothing signs the list as a whole: in it each leads on from the one before, and one of them to the key that has signed. */
function isOneLine({ signing_key, successions }: Proved): boolean {
  const isGapless = successions.every(
    ({ previous_key }, index) => index === 0 || previous_key === successions[index - 1]?.next_key,
  );
  const keys = successions.flatMap(({ previous_key, next_key }) => [previous_key, next_key]);
  return isGapless && (keys.length === 0 || keys.includes(signing_key));
}

function rewritten(kept: AuditCheckpoint): string {
  return `Up to entry ${kept.size} this is not the record that the checkpoint of ${timeOf(kept)} speaks of: it was rewritten, or restored from a backup.`;
}

function wrong(sentence: string): AuditVerdict {
  return { wrong: sentence };
}

function timeOf({ at_ms }: AuditCheckpoint): string {
  return new Date(at_ms).toISOString();
}

/** Cuts at line feeds and nowhere else; throws a TypeError for what is no UTF-8. */
async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
