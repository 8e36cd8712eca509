export type KeptOutput = { readonly bytes: Buffer; readonly cutBytes: number };

/**
 * Keeps the beginning and the end of a stream in bounded memory. What is kept is never longer than the limit, and
 * where the middle was cut a line says so, between whole UTF-8 characters.
 */
export function keepEnds(limitBytes: number) {
  const head = growingBuffer(Math.ceil(limitBytes / 2));
  const tail = growingBuffer(Math.floor(limitBytes / 2));
  let seenBytes = 0;
  let tailStart = 0;

  const add = (chunk: Buffer) => {
    seenBytes += chunk.length;
    let rest = chunk.subarray(head.append(chunk));
    rest = rest.subarray(tail.append(rest));
    if (rest.length === 0 || tail.limit === 0) return;
    // From here on the tail is a ring: the oldest byte is overwritten first.
    rest = rest.subarray(Math.max(0, rest.length - tail.limit));
    const bytes = tail.bytes();
    const toEnd = rest.copy(bytes, tailStart);
    rest.copy(bytes, 0, toEnd);
    tailStart = (tailStart + rest.length) % tail.limit;
  };

  const finish = (): KeptOutput => {
    const ring = tail.bytes();
    const end = Buffer.concat([ring.subarray(tailStart), ring.subarray(0, tailStart)]);
    if (seenBytes <= limitBytes) return { bytes: Buffer.concat([head.bytes(), end]), cutBytes: 0 };
    return cutBetween(head.bytes(), end, seenBytes, limitBytes);
  };

  /** What was seen so far, of the bytes with which the output begins however long it becomes. */
  const beginning = () => head.bytes().subarray(0, surelyKept(limitBytes));

  return { add, finish, beginning, seenBytes: () => seenBytes };
}

function growingBuffer(limit: number) {
  let buffer = Buffer.alloc(0);
  let used = 0;
  return {
    limit,
    bytes: () => buffer.subarray(0, used),
    /** Takes as much as there is room for, and says how much. */
    append(chunk: Buffer): number {
      const wanted = Math.min(used + chunk.length, limit);
      if (wanted > buffer.length) {
        const larger = Buffer.alloc(Math.min(limit, Math.max(wanted, 2 * buffer.length, 4096)));
        buffer.copy(larger, 0, 0, used);
        buffer = larger;
      }
      const taken = chunk.copy(buffer, used, 0, wanted - used);
      used += taken;
      return taken;
    },
  };
}

function cutBetween(head: Buffer, tail: Buffer, seenBytes: number, limitBytes: number): KeptOutput {
  // The notice needs room; its number has at most as many digits as what was seen.
  const room = Math.max(0, limitBytes - notice(seenBytes).length);
  const start = head.subarray(0, wholeBefore(head, Math.ceil(room / 2)));
  const end = tail.subarray(wholeFrom(tail, tail.length - Math.floor(room / 2)));
  const cutBytes = seenBytes - start.length - end.length;
  return { bytes: Buffer.concat([start, notice(cutBytes), end]).subarray(0, limitBytes), cutBytes };
}

/** Less than half of the limit, as the notice needs room and no character is cut in two. */
function surelyKept(limitBytes: number): number {
  const longest = notice(Number.MAX_SAFE_INTEGER).length;
  return Math.max(0, Math.ceil((limitBytes - longest) / 2) - 4);
}

function notice(cutBytes: number): Buffer {
  return Buffer.from(`\n[... ${cutBytes} bytes cut here ...]\n`);
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

function wholeBefore(bytes: Buffer, end: number): number {
  let at = Math.min(end, bytes.length);
  while (at > 0 && at > end - 4 && isContinuation(bytes[at])) at -= 1;
  return isContinuation(bytes[at]) ? end : at;
}

function wholeFrom(bytes: Buffer, start: number): number {
  let at = Math.max(start, 0);
  while (at < bytes.length && at < start + 4 && isContinuation(bytes[at])) at += 1;
  return isContinuation(bytes[at]) ? start : at;
}
