import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

type Ended = {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it had printed, by lines. */
  readonly lines: readonly string[];
  readonly stderr: string;
};

export type Program = {
  /** Waits until it has printed this many lines. */
  untilLines(count: number): Promise<void>;
  kill(): void;
  readonly ended: Promise<Ended>;
};

/** Starts one of the programs beside these tests, in a process of its own; it doesn't outlive the test. */
export function startProgram(name: string, ...args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const news = new EventEmitter();
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    news.emit('lines');
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const lines = () => stdout.split('\n').slice(0, -1);
  const ended = once(child, 'close').then(
    ([status, signal]): Ended => ({ status, signal, lines: lines(), stderr }),
  );
  const kill = () => {
    child.kill('SIGKILL');
  };
  onTestFinished(async () => {
    kill();
    await ended;
  });
  return {
    ended,
    kill,
    async untilLines(count) {
      while (lines().length < count) {
        const over = ended.then((how) => {
          throw new Error(`${name} ended after ${how.lines.length} lines: ${how.stderr}`);
        });
        await Promise.race([once(news, 'lines'), over]);
      }
    },
  };
}
