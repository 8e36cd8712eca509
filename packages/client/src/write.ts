import { writeSync } from 'node:fs';

/**
 * Writes to stdout (1) or stderr (2), whole before it returns. `process.stdout` would do, and costs each start of the
 * client more time and memory than this.
 */
export function write(stream: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(stream, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A reader that has seen enough (`| head`) is no trouble.
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw error;
      // A pipe that is full and was made not to wait: its reader needs a moment.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
