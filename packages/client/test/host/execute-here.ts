import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { executeProgram } from '../../src/host/execute.ts';
import type { ProgramOrder } from '../../src/host/order.ts';
import type { Outcome } from '../../src/host/outcome.ts';

/** The Python itself: what lies on the PATH may be a slow wrapper. */
export const pythonPath = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'])
  .toString()
  .trim();

type Order = Pick<ProgramOrder, 'interpreter' | 'program'> & Partial<ProgramOrder>;
type Folders = { readonly scratch: string; readonly temporaryFolder: string };

/**
 * Executes programs with a folder of their own for temporary files, and fails the test when anything is left in it.
 * `scratch` is for what a test itself wants to keep.
 */
export function executesHere() {
  let folders: Folders | undefined;
  beforeEach(() => {
    folders = {
      scratch: mkdtempSync(join(tmpdir(), 'remotes-test-')),
      temporaryFolder: mkdtempSync(join(tmpdir(), 'remotes-test-')),
    };
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    const { scratch, temporaryFolder } = folders!;
    const leftBehind = readdirSync(temporaryFolder);
    rmSync(scratch, { recursive: true, force: true });
    rmSync(temporaryFolder, { recursive: true, force: true });
    expect(leftBehind).toEqual([]);
  });
  return {
    scratch: (name: string) => join(folders!.scratch, name),
    temporaryFolder: () => folders!.temporaryFolder,
    execute: (order: Order): Promise<Outcome> =>
      executeProgram({
        settings: {},
        variables: {},
        timeoutSeconds: 20,
        graceSeconds: 2,
        outputLimitBytes: 1024 * 1024,
        temporaryFolder: folders!.temporaryFolder,
        pythonPath,
        ...order,
      }),
  };
}

/** The text of a program among the fixtures. */
export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

/** What a test wants to see of an outcome, in texts. */
export function seen(outcome: Outcome) {
  const { ending, exitCode, stdout, stderr, resultText } = outcome;
  return { ending, exitCode, stdout: stdout.toString(), stderr: stderr.toString(), resultText };
}
