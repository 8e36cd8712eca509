import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll } from 'vitest';

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type Program = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  /** Resolves with the match once stdout holds it; rejects when the program ends before. */
  prints(what: RegExp): Promise<RegExpExecArray>;
  /** The same for stderr. */
  says(what: RegExp): Promise<RegExpExecArray>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended>;
};

export type ProgramOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What it reads on standard input; without it nothing is there to be read. */
  readonly input?: string;
  /** More may be written to its standard input later. */
  readonly isInputOpen?: true;
};

const running = new Set<Program>();

afterAll(async () => {
  await Promise.all([...running].map((program) => program.end('SIGKILL')));
});

/** Starts a program as a process of its own. One that still runs when the test file ends is killed. */
export function startProgram(
  file: string,
  args: readonly string[],
  { env, cwd, input, isInputOpen }: ProgramOptions = {},
): Program {
  const child = spawn(file, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // One that ends without reading is none of our business.
  child.stdin.on('error', () => {});
  if (isInputOpen) child.stdin.write(input ?? '');
  else child.stdin.end(input);
  const out = gather(child.stdout);
  const err = gather(child.stderr);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(program);
      resolve({ code, signal, stdout: out.text(), stderr: err.text() });
    });
  });
  const holds = (stream: typeof out) => (what: RegExp) =>
    Promise.race([
      stream.holds(what),
      ended.then((end) => {
        const match = what.exec(stream.text());
        if (match) return match;
        throw new Error(`It ended without ${what}: ${JSON.stringify(end)}`);
      }),
    ]);
  const program: Program = {
    child,
    ended,
    stdout: out.text,
    stderr: err.text,
    prints: holds(out),
    says: holds(err),
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
  running.add(program);
  return program;
}

/** Runs a program to its end, which must be a good one. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ended> {
  const end = await startProgram(file, args, options).ended;
  if (end.code !== 0) throw new Error(`${file} ${args.join(' ')} failed: ${JSON.stringify(end)}`);
  return end;
}

export function hasEnded({ child }: Program): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function gather(stream: NodeJS.ReadableStream) {
  let text = '';
  const looks = new Set<() => void>();
  stream.setEncoding('utf8');
  stream.on('data', (part: string) => {
    text += part;
    for (const look of looks) look();
  });
  return {
    text: () => text,
    holds: (what: RegExp) =>
      new Promise<RegExpExecArray>((resolve) => {
        const look = () => {
          const match = what.exec(text);
          if (!match) return;
          looks.delete(look);
          resolve(match);
        };
        looks.add(look);
        look();
      }),
  };
}

/** Nothing that whoever runs the tests has set may steer what is tested. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const steering = /^(REMOTES_.*|(https?|all|no)_proxy|.*_CA_BUNDLE|SSL_CERT_FILE|NODE_OPTIONS|PYTHON.*)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steering.test(name)));
}
