/**
 * How many of these bytes, from the beginning, can be masked and shown now. What may be the beginning of a secret waits
 * for what follows, and so does a whole secret that reaches into that.
 */
export function shownNow(bytes: Buffer, secrets: readonly Buffer[]): number {
  let end = bytes.length - longestBeginning(bytes, secrets);
  for (let start = startedBefore(bytes, secrets, end); start < end; ) {
    end = start;
    start = startedBefore(bytes, secrets, end);
  }
  return end;
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
