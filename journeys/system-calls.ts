/** A system call as strace tells it: where its beginning and its end stand among all others. */
export type SystemCall = {
  readonly process: string;
  readonly name: string;
  /** Everything between the brackets; file descriptors carry what they stand for. */
  readonly given: string;
  readonly answer: string;
  readonly beganAt: number;
  readonly endedAt: number;
};

/** Reads what `strace -f -o FILE` has written; calls that never ended are left out. */
export function readSystemCalls(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { name: string; given: string; beganAt: number }>();
  for (const [at, line] of trace.split('\n').entries()) {
    const [, process = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    const resumed = /^<\.\.\. (\w+) resumed>(.*)\) += (.*)$/s.exec(rest);
    const begun = unfinished.get(process);
    if (resumed && begun) {
      unfinished.delete(process);
      const [, name = '', more = '', answer = ''] = resumed;
      calls.push({ process, name, given: begun.given + more, answer, beganAt: begun.beganAt, endedAt: at });
      continue;
    }
    const broken = /^(\w+)\((.*) <unfinished \.\.\.>$/s.exec(rest);
    if (broken) {
      unfinished.set(process, { name: broken[1] ?? '', given: broken[2] ?? '', beganAt: at });
      continue;
    }
    const [, name, given = '', answer = ''] = /^(\w+)\((.*)\) += (.*)$/s.exec(rest) ?? [];
    if (name) calls.push({ process, name, given, answer, beganAt: at, endedAt: at });
  }
  return calls;
}

export const writes = ['write', 'writev', 'pwrite64', 'pwritev', 'sendto', 'sendmsg'];
export const syncs = ['fsync', 'fdatasync'];
export const traced = [...writes, ...syncs, 'execve'].join(',');

/** Whether a call is about the file that ends like this. */
export function isOnFile({ given }: SystemCall, ending: string): boolean {
  return given.slice(0, given.indexOf('>') + 1).endsWith(`${ending}>`);
}

/** The first sync of this file that began after a moment, and came to a good end. */
export function firstSyncAfter(
  calls: readonly SystemCall[],
  file: string,
  at: number,
): SystemCall | undefined {
  return calls.find(
    (call) =>
      syncs.includes(call.name) && isOnFile(call, file) && call.beganAt > at && call.answer.startsWith('0'),
  );
}
