import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * Random bytes of the operating system's strength, fetched in larger pieces: one call for each few bytes costs more
 * than the encryption that they are for. No byte is given twice or kept.
 */
export function fewRandomBytes(count: number): Buffer {
  if (count > pool.length) throw new RangeError(`At most ${pool.length} bytes at a time.`);
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + count));
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}
