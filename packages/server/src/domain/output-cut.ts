/** Output as it is kept: its parts in order, and how many bytes between them were left out. */
export type KeptOutput = { readonly parts: readonly Buffer[]; readonly cutBytes: number };

/** Keeps output whole up to the limit; beyond it the beginning and the end, and says in between what is missing. */
export function cutOutput(bytes: Buffer, limitBytes: number): KeptOutput {
  if (bytes.length === 0) return { parts: [], cutBytes: 0 };
  if (bytes.length <= limitBytes) return { parts: [bytes], cutBytes: 0 };
  const headBytes = Math.floor(limitBytes / 2);
  const tailBytes = limitBytes - headBytes;
  const cutBytes = bytes.length - headBytes - tailBytes;
  const notice = Buffer.from(`\n[${cutBytes} bytes left out: the limit is ${limitBytes} bytes a run]\n`);
  return {
    parts: [bytes.subarray(0, headBytes), notice, bytes.subarray(bytes.length - tailBytes)],
    cutBytes,
  };
}
