import { createHash, type Hash } from 'node:crypto';
import { maskBytes } from './secret-mask.ts';
import { shownNow } from './stream-mask.ts';

/** One stream of a run's output, as far as it has come. */
export type OutputSoFar = {
  /** The number of the next chunk that is wanted. */
  next(): number;
  /** How much of it waits in memory. */
  heldBytes(): number;
  /** Whether the whole stream, with these bytes at its end, is so long and has this hash (hexadecimal). */
  fits(stated: { readonly bytes: number; readonly sha256: string }, rest: readonly Buffer[]): boolean;
  /** Takes the next chunk; answers what of it is to be stored now, masked. */
  take(chunk: Buffer, masking: Masking): Buffer;
  /** Takes the rest; from then on nothing is taken any more. */
  end(rest: readonly Buffer[], masking: Masking): KeptStream;
};

/** Secrets to mask, longest first, as text and as bytes. */
export type Masking = { readonly secrets: readonly string[]; readonly secretBytes: readonly Buffer[] };

/** What is kept of a whole stream. */
export type KeptStream = {
  /** What is still to be stored. */
  readonly parts: readonly Buffer[];
  /** The length of the whole, masked. */
  readonly bytes: number;
  readonly cutBytes: number;
  readonly isMasked: boolean;
  /** Of everything that is kept, what was stored before too. */
  readonly digest: string;
};

/**
 * Keeps output whole up to the limit; beyond it the beginning and the end, and says in between what is missing. The
 * beginning, up to half of the limit, can be stored as it comes; of what follows no more is held than may be kept.
 */
export function createOutputStream(limitBytes: number): OutputSoFar {
  const headBytes = Math.floor(limitBytes / 2);
  const tailBytes = limitBytes - headBytes;
  const said = createHash('sha256');
  const kept = createHash('sha256');
  let next = 0;
  let saidBytes = 0;
  let waiting: Buffer = Buffer.alloc(0);
  let headLength = 0;
  const tail: Buffer[] = [];
  let tailLength = 0;
  let maskedBytes = 0;
  let isMasked = false;

  const mask = (bytes: Buffer, { secrets }: Masking): Buffer => {
    const masked = maskBytes(bytes, secrets);
    if (masked !== bytes) isMasked = true;
    maskedBytes += masked.length;
    return masked;
  };
  const divide = (masked: Buffer): { head: Buffer; rest: Buffer } => {
    const head = masked.subarray(0, headBytes - headLength);
    headLength += head.length;
    return { head, rest: masked.subarray(head.length) };
  };
  const hold = (rest: Buffer) => {
    if (rest.length === 0) return;
    const last = tail.at(-1);
    // Whatever is said byte by byte would take many times as much.
    if (last && last.length + rest.length <= Math.min(joinedBytes, tailBytes / 8))
      tail[tail.length - 1] = Buffer.concat([last, rest]);
    else tail.push(rest);
    tailLength += rest.length;
    for (let first = tail[0]; first && tailLength - first.length >= tailBytes; first = tail[0]) {
      tail.shift();
      tailLength -= first.length;
    }
  };

  return Object.freeze({
    next: () => next,
    heldBytes: () => waiting.length + tailLength,
    fits({ bytes, sha256 }: { readonly bytes: number; readonly sha256: string }, rest: readonly Buffer[]) {
      if (rest.reduce((sum, chunk) => sum + chunk.length, saidBytes) !== bytes) return false;
      return rest.reduce((hash: Hash, chunk) => hash.update(chunk), said.copy()).digest('hex') === sha256;
    },
    take(chunk: Buffer, masking: Masking) {
      next += 1;
      saidBytes += chunk.length;
      said.update(chunk);
      const bytes = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const end = shownNow(bytes, masking.secretBytes);
      // Copied, as are those of the tail: the chunk is part of a frame, which would stay in memory whole.
      waiting = Buffer.from(bytes.subarray(end));
      const { head, rest } = divide(mask(bytes.subarray(0, end), masking));
      kept.update(head);
      hold(Buffer.from(rest));
      return head;
    },
    end(rest: readonly Buffer[], masking: Masking) {
      const { head, rest: behind } = divide(mask(joined([waiting, ...rest]), masking));
      hold(behind);
      const end = joined(tail);
      const cutBytes = Math.max(0, maskedBytes - headLength - tailBytes);
      const parts =
        cutBytes === 0
          ? [joined([head, end])]
          : [head, noticeOf(cutBytes, limitBytes), end.subarray(end.length - tailBytes)];
      for (const part of parts) kept.update(part);
      return {
        parts: parts.filter(({ length }) => length > 0),
        bytes: maskedBytes,
        cutBytes,
        isMasked,
        digest: kept.digest('base64url'),
      };
    },
  });
}

const joinedBytes = 4096;

function joined(parts: readonly Buffer[]): Buffer {
  const filled = parts.filter(({ length }) => length > 0);
  return filled.length === 1 ? filled[0]! : Buffer.concat(filled);
}

function noticeOf(cutBytes: number, limitBytes: number): Buffer {
  return Buffer.from(`\n[${cutBytes} bytes left out: the limit is ${limitBytes} bytes a run]\n`);
}
