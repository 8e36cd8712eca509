import { isCheckpointSigned } from '@remotes/protocol/crypto/audit-chain';
import {
  type AuditCheckpoint,
  judgeCheckpoint,
  readCheckpoint,
} from '@remotes/protocol/values/audit-checkpoint';
import type { CheckpointFile } from '../folder/checkpoint-file.ts';

/** Keeps the newest audit checkpoint that a server gives, and says loudly when one does not follow from what was kept. */
export function watchCheckpoints(file: CheckpointFile, origin: string): (header: string) => void {
  const keptText = file.read();
  // As it was when this command began: answers may overtake each other.
  const kept = keptText === undefined ? undefined : readCheckpoint(keptText);
  let isWarned = false;
  const warn = (what: string) => {
    if (!isWarned) console.error(warning(origin, what));
    isWarned = true;
  };
  return (header) => {
    if (header === keptText) return;
    const given = readCheckpoint(header);
    if (!given || !isCheckpointSigned(given)) return warn('a checkpoint of its audit that is not signed');
    const verdict = judgeCheckpoint(kept, given);
    if (verdict === 'smaller') return warn(`${entries(given)} in its audit, and had ${entries(kept)}`);
    if (verdict === 'conflicting')
      return warn(`another record of its audit than it showed on ${timeOf(kept)}`);
    if (verdict === 'newer' && isNewest(file, given)) file.write(header);
  };
}

/** Another command may have kept a newer one meanwhile. */
function isNewest(file: CheckpointFile, given: AuditCheckpoint): boolean {
  const text = file.read();
  const present = text === undefined ? undefined : readCheckpoint(text);
  return judgeCheckpoint(present, given) === 'newer';
}

function warning(origin: string, what: string): string {
  return [
    `WARNING: ${origin} now shows ${what}.`,
    'Its audit was cut off, written anew or restored from a backup, or another server answers at this address.',
    'Ask whoever runs it. When that is explained: remotes audit forget-checkpoint',
  ].join('\n');
}

function entries(checkpoint: AuditCheckpoint | undefined): string {
  return `${checkpoint?.size ?? 0} entries`;
}

function timeOf(checkpoint: AuditCheckpoint | undefined): string {
  return new Date(checkpoint?.at_ms ?? 0).toISOString();
}
