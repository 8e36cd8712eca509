import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

/** What is kept of a server's audit. */
type KeptAudit = {
  /** The newest checkpoint that the server has given, as it stood in its answer. */
  readonly checkpoint: string;
  /** Stays until somebody forgets it: what once contradicted is not made good by what is shown later. */
  readonly conflict: AuditConflict | undefined;
};

export type AuditConflict = {
  /** The checkpoint by which it was found. Both are signed: together they are the proof. */
  readonly given: string;
  /** What the server has shown. */
  readonly what: string;
};

/** Kept through signing out. In the file each text has a line. */
export type CheckpointFile = {
  read(): KeptAudit | undefined;
  write(kept: KeptAudit): void;
  forget(): void;
};

export function checkpointFile(folder: string, serverUrl: string): CheckpointFile {
  const path = join(folder, 'checkpoints', encodeURIComponent(new URL(serverUrl).host));
  return {
    read() {
      try {
        const [checkpoint = '', given, what] = readFileSync(path, 'utf8').trim().split('\n');
        if (checkpoint === '') return undefined;
        return { checkpoint, conflict: given && what ? { given, what } : undefined };
      } catch {
        return undefined;
      }
    },
    write({ checkpoint, conflict }) {
      const lines = conflict ? [checkpoint, conflict.given, conflict.what] : [checkpoint];
      try {
        replaceFile(path, `${lines.join('\n')}\n`);
      } catch {
        // A folder that cannot be written to, in a container say, keeps nobody from working.
      }
    },
    forget() {
      rmSync(path, { force: true });
    },
  };
}
