import { spawnSync } from 'node:child_process';
import { test } from 'vitest';

const hasPython = spawnSync('/usr/bin/env', ['python3', '--version']).status === 0;
const mayBeSkipped = !hasPython && process.env.CI !== 'true';
if (mayBeSkipped) {
  console.warn('NOT TESTED against Python: there is no python3 on this machine. Install it and run again.');
}

/** A test that asks the real Python. Skipped, and said so, where there is none; with CI=true that is a failure. */
export const testWithPython = test.skipIf(mayBeSkipped);

/**
 * Runs the Python expression `answer` (over `case`, with `imports` imported) for each of these, in one process. Where Python
 * raises ValueError or RecursionError the answer is null.
 */
export function askPython(imports: string, answer: string, cases: readonly unknown[]): unknown[] {
  const program = `
import json, sys, ${imports}
getattr(sys, 'set_int_max_str_digits', lambda most: None)(0)
for line in sys.stdin:
    case = json.loads(line)
    try:
        said = ${answer}
    except (ValueError, RecursionError):
        said = None
    print(json.dumps(said))
`;
  const input = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
  const ended = spawnSync('/usr/bin/env', ['python3', '-c', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  if (ended.error || ended.status !== 0) throw ended.error ?? new Error(`python3 failed: ${ended.stderr}`);
  const answers = ended.stdout.split('\n').slice(0, -1);
  if (answers.length !== cases.length)
    throw new Error(`python3 answered ${answers.length} of ${cases.length} cases`);
  return answers.map((line) => JSON.parse(line));
}
