import { isCheckpointSigned } from '@remotes/protocol/crypto/audit-chain';
import { followUp } from '@remotes/protocol/crypto/audit-follow-up';
import {
  type AuditCheckpoint,
  judgeCheckpoint,
  readCheckpoint,
} from '@remotes/protocol/values/audit-checkpoint';
import type { CheckpointFile } from '../folder/checkpoint-file.ts';

/** Asks for the server's word at this size: null when it says that it has no such entry, undefined when it says nothing. */
export type AskClosing = (size: number) => Promise<unknown>;

/**
 * Keeps the newest audit checkpoint that a server gives, and says loudly when one does not follow from what was kept. A
 * longer record looks right by itself: before it takes the place of the kept one, the server is asked how it began.
 */
export function watchCheckpoints(
  file: CheckpointFile,
  origin: string,
  askClosing: AskClosing,
): (header: string) => void {
  const keptText = file.read();
  // As it was when this command began: answers may overtake each other.
  const kept = keptText === undefined ? undefined : readCheckpoint(keptText);
  let isWarned = false;
  let isFollowedUp = false;
  const warn = (what: string) => {
    if (!isWarned) console.error(warning(origin, what));
    isWarned = true;
  };
  const keep = (header: string) => {
    // Another command may have kept another one meanwhile, and that was not compared with this.
    if (file.read() === keptText) file.write(header);
  };
  const followedUp = async (former: AuditCheckpoint, given: AuditCheckpoint, header: string) => {
    const said = await askClosing(former.size);
    if (said === undefined) return;
    const verdict = followUp(former, given, said);
    if (verdict === 'rewritten') return warn(anotherRecord(former));
    if (verdict === 'other_key')
      return warn(`a record of its audit that is signed by another key than on ${timeOf(former)}`);
    keep(header);
  };
  return (header) => {
    if (header === keptText) return;
    const given = readCheckpoint(header);
    if (!given || !isCheckpointSigned(given)) return warn('a checkpoint of its audit that is not signed');
    const verdict = judgeCheckpoint(kept, given);
    if (verdict === 'smaller') return warn(`${entries(given)} in its audit, and had ${entries(kept)}`);
    if (verdict === 'conflicting') return warn(anotherRecord(kept));
    if (verdict !== 'newer' || isFollowedUp) return;
    isFollowedUp = true;
    if (kept) void followedUp(kept, given, header);
    else keep(header);
  };
}

function anotherRecord(kept: AuditCheckpoint | undefined): string {
  return `another record of its audit than it showed on ${timeOf(kept)}`;
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
