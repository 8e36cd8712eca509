/**
 * How many of these bytes, from the beginning, can be masked and shown now. What may be the beginning of a secret waits
 * for what follows, and so does a whole secret that reaches into that.
 */
export function shownNow(bytes: Buffer, secrets: readonly Buffer[]): number {
  const settled = bytes.length - longestBeginning(bytes, secrets);
  let end = settled;
  for (let start = startedBefore(bytes, secrets, end); start < end; ) {
    end = start;
    start = startedBefore(bytes, secrets, end);
  }
  return bytes.length - end > mostHeldBytes ? endOfChain(bytes, secrets, { from: end, to: settled }) : end;
}

/** A secret that ends as it begins can be printed so that each occurrence reaches into the next, without end. */
const mostHeldBytes = 64 * 1024;

/** The end of the last secret, of those that do not reach into each other. */
function endOfChain(
  bytes: Buffer,
  secrets: readonly Buffer[],
  { from, to }: { from: number; to: number },
): number {
  let end = from;
  for (;;) {
    const next = firstEnd(bytes.subarray(0, to), secrets, end);
    if (next === undefined) return end === from ? to : end;
    end = next;
  }
}

function firstEnd(bytes: Buffer, secrets: readonly Buffer[], from: number): number | undefined {
  let first: { at: number; end: number } | undefined;
  for (const secret of secrets) {
    const near = first ? bytes.subarray(0, first.at + secret.length) : bytes;
    const at = near.indexOf(secret, from);
    if (at >= 0 && (!first || at < first.at)) first = { at, end: at + secret.length };
  }
  return first?.end;
}

/** The length of the longest end of these bytes by which a secret begins. */
function longestBeginning(bytes: Buffer, secrets: readonly Buffer[]): number {
  let longest = 0;
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, bytes.length); length > longest; length -= 1) {
      if (bytes.subarray(bytes.length - length).equals(secret.subarray(0, length))) longest = length;
    }
  }
  return longest;
}

/** Where a secret begins that goes on beyond this place; the place itself where none does. */
function startedBefore(bytes: Buffer, secrets: readonly Buffer[], end: number): number {
  let earliest = end;
  for (const secret of secrets) {
    const from = Math.max(0, end - secret.length + 1);
    const at = bytes.subarray(0, end + secret.length - 1).indexOf(secret, from);
    if (at >= 0 && at < earliest) earliest = at;
  }
  return earliest;
}
