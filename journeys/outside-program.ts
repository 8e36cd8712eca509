import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** The first Python here that has these modules, as a path past all shims; undefined when there is none. */
export function findPython(...modules: readonly string[]): string | undefined {
  for (const name of ['python3', '/usr/bin/python3']) {
    const program = `import ${['sys', ...modules].join(', ')}; print(sys.executable)`;
    const { status, stdout } = spawnSync(name, ['-c', program], { encoding: 'utf8' });
    if (status === 0) return stdout.trim();
  }
  return undefined;
}

/** strace, where it is here and may trace. */
export function findStrace(): string | undefined {
  return spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0 ? 'strace' : undefined;
}

/**
 * Says loudly, in the place of a journey, why it was skipped. Where everything must have been installed (CI=true)
 * that is a failure.
 */
export function testOfSkip(journey: string, needs: string): void {
  test(`${journey}: needs ${needs}`, (context) => {
    const sentence = `SKIPPED: ${journey} needs ${needs}`;
    console.warn(`\n${'!'.repeat(sentence.length)}\n${sentence}\n${'!'.repeat(sentence.length)}\n`);
    expect(process.env.CI, sentence).not.toBe('true');
    context.skip(sentence);
  });
}
