import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

const candidates = ['python3', '/usr/bin/python3'];
const python = candidates.find((name) => spawnSync(name, ['-c', 'import cryptography']).status === 0);
if (python === undefined && process.env.CI !== 'true')
  console.warn('NOT TESTED against Python: there is no python3 with cryptography. Install it and run again.');

/** A test that asks Python's cryptography. Skipped, and said so, where there is none; with CI=true that is a failure. */
export const testWithPeer = test.skipIf(python === undefined && process.env.CI !== 'true');

/** Its answers, each with those members that the question is about. */
type Said = Readonly<
  Record<'ephemeral' | 'nonce' | 'sealed' | 'secret' | 'frame' | 'key' | 'signature' | 'root', string>
>;

/** The other implementation, as a process: one question, one answer. */
export type SealedPeer = {
  ask(what: string, details?: object): Promise<Said>;
  end(): Promise<void>;
};

export function startSealedPeer(): SealedPeer {
  const script = fileURLToPath(new URL('./sealed_peer.py', import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn(python ?? 'python3', [script]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(what, details = {}) {
      child.stdin.write(`${JSON.stringify({ do: what, ...details })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the peer has ended');
      return JSON.parse(value);
    },
    async end() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
