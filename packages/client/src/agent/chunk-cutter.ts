import { mostChunkBytes } from './sealed-report.ts';

/**
 * Cuts what a stream has printed so far into numbered chunks. A chunk that was cut once is always cut so, however often
 * it is said.
 */
export function chunkCutter() {
  /** Where each chunk ends that was ever cut. */
  const ends: number[] = [];
  let nextChunk = 0;
  const saidBytes = () => ends[nextChunk - 1] ?? 0;

  return {
    /** The next chunk; undefined when there is nothing more. */
    next(printed: Buffer): { readonly chunk: number; readonly data: Buffer } | undefined {
      const start = saidBytes();
      const end = ends[nextChunk] ?? Math.min(start + mostChunkBytes, printed.length);
      if (end <= start) return undefined;
      const chunk = nextChunk;
      ends[chunk] = end;
      nextChunk += 1;
      return { chunk, data: printed.subarray(start, end) };
    },
    /** From the beginning where there was no such chunk. */
    goTo(chunk: number) {
      nextChunk = chunk <= ends.length ? chunk : 0;
    },
    said: () => ({ chunks: nextChunk, bytes: saidBytes() }),
    waitingBytes: (printed: Buffer) => printed.length - saidBytes(),
  };
}
