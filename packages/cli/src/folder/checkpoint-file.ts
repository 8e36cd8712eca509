import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

/** The newest audit checkpoint that a server has given, as it stood in its answer; kept through signing out. */
export type CheckpointFile = {
  read(): string | undefined;
  write(checkpoint: string): void;
  forget(): void;
};

export function checkpointFile(folder: string, serverUrl: string): CheckpointFile {
  const path = join(folder, 'checkpoints', encodeURIComponent(new URL(serverUrl).host));
  return {
    read() {
      try {
        return readFileSync(path, 'utf8').trim() || undefined;
      } catch {
        return undefined;
      }
    },
    write(checkpoint) {
      try {
        replaceFile(path, `${checkpoint}\n`);
      } catch {
        // A folder that cannot be written to, in a container say, keeps nobody from working.
      }
    },
    forget() {
      rmSync(path, { force: true });
    },
  };
}
