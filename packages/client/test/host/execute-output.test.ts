import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LiveOutput } from '../../src/host/order.ts';
import { executesHere, seen } from './execute-here.ts';
import { until } from './until.ts';

const here = executesHere();

describe('what a program prints', () => {
  test('output that is not UTF-8 is kept byte for byte', async () => {
    const program =
      'sys.stdout.buffer.write(bytes(range(256))); sys.stderr.buffer.write(bytes(range(255, -1, -1)))';
    const { stdout, stderr } = await here.execute({ interpreter: 'python', program });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(stdout.equals(bytes)).toBe(true);
    expect(stderr.equals(bytes.reverse())).toBe(true);
  });

  test('output and result keep leading and trailing white space', async () => {
    const program = 'print("  \\n out \\t\\n\\n", end=" "); __RESULT__ = "\\n a \\n"';
    expect(seen(await here.execute({ interpreter: 'python', program }))).toMatchObject({
      stdout: '  \n out \t\n\n ',
      resultText: '[\n  "\\n a \\n"\n]',
    });
  });

  test('file names that are not UTF-8 come out as they are', async () => {
    const program = 'import os; print(os.fsdecode(b"caf\\xe9"))';
    const { stdout } = await here.execute({ interpreter: 'python', program });
    expect(stdout.toString('latin1')).toBe('café\n');
  });

  test('all of it is there when a program ends right after printing', async () => {
    const program = 'head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2';
    const { stdout, stderr, cutBytes } = await here.execute({ interpreter: 'sh', program });
    expect([stdout.length, stderr.length, cutBytes]).toEqual([
      1_000_000,
      1_000_000,
      { stdout: 0, stderr: 0 },
    ]);
  });
});

describe('a program that prints more than the limit', () => {
  test('the beginning and the end are kept, and a line says how much is missing between', async () => {
    const outcome = await here.execute({
      interpreter: 'sh',
      program: 'echo begin; head -c 5000 /dev/zero | tr "\\0" x; echo; echo end; echo few >&2',
      outputLimitBytes: 200,
    });
    const [head, notice, tail] = outcome.stdout
      .toString()
      .split(/(\n\[\.\.\. \d+ bytes cut here \.\.\.\]\n)/);
    expect(head).toMatch(/^begin\nx+$/);
    expect(tail).toMatch(/^x+\nend\n$/);
    const cut = 6 + 5000 + 1 + 4 - head!.length - tail!.length;
    expect(notice).toBe(`\n[... ${cut} bytes cut here ...]\n`);
    expect(outcome.stdout.length).toBeLessThanOrEqual(200);
    expect(outcome.cutBytes).toEqual({ stdout: cut, stderr: 0 });
    expect(outcome.stderr.toString()).toBe('few\n');
  });

  test('100 MB on each stream are not kept in memory', () => {
    const run = (bytes: number) => {
      const order = {
        interpreter: 'sh',
        program: `head -c ${bytes} /dev/zero; head -c ${bytes} /dev/zero >&2`,
        settings: {},
        variables: {},
        timeoutSeconds: 60,
        graceSeconds: 1,
        outputLimitBytes: 1024 * 1024,
        temporaryFolder: here.temporaryFolder(),
      };
      const script = new URL('fixtures/execute-order.ts', import.meta.url).pathname;
      const args = ['--max-semi-space-size=1', script, JSON.stringify(order)];
      return JSON.parse(execFileSync(process.execPath, args, { maxBuffer: 10_000_000 }).toString());
    };
    const few = run(10);
    const many = run(100_000_000);
    expect(many.ending).toBe('exited');
    expect(Buffer.from(many.stdout, 'base64').length).toBeLessThanOrEqual(1024 * 1024);
    expect(many.cutBytes.stdout).toBeGreaterThan(98_000_000);
    // 200 MB went through; what is above the limit waits for the garbage collector.
    expect(many.residentKilobytes - few.residentKilobytes).toBeLessThan(90_000);
  });
});

describe('whoever looks on while a program prints', () => {
  const lines = 'i=0; while [ $i -lt 400 ]; do echo "line $i"; i=$((i+1)); done';

  test('sees the beginning grow, and never more than the outcome begins with', async () => {
    let output: LiveOutput | undefined;
    const lengths: number[] = [];
    const outcome = await here.execute({
      interpreter: 'sh',
      program: lines,
      outputLimitBytes: 1000,
      tap: {
        open(opened) {
          output = opened;
        },
        more: () => void lengths.push(output?.printed('stdout').length ?? 0),
      },
    });
    const seen = output!.printed('stdout').toString();
    expect(seen.length).toBeGreaterThan(400);
    expect(outcome.stdout.toString().startsWith(seen)).toBe(true);
    expect(lengths).toEqual([...lengths].sort((one, other) => one - other));
  });

  test('can hold the program up, until it is let go on', async () => {
    const mark = join(here.temporaryFolder(), 'mark');
    const program = `head -c 1000000 /dev/zero; touch ${mark}`;
    let output: LiveOutput | undefined;
    const held = here.execute({
      interpreter: 'sh',
      program,
      tap: {
        open(opened) {
          output = opened;
          opened.pause();
        },
        more: () => {},
      },
    });
    await until('the program runs', () => output !== undefined);
    await here.execute({ interpreter: 'sh', program: `head -c 1000000 /dev/zero; touch ${mark}.other` });
    expect([existsSync(`${mark}.other`), existsSync(mark)]).toEqual([true, false]);
    output?.resume();
    expect((await held).stdout.length).toBe(1_000_000);
    expect(existsSync(mark)).toBe(true);
    rmSync(mark);
    rmSync(`${mark}.other`);
  });

  test('does not keep a program from being ended at its time limit', async () => {
    const outcome = await here.execute({
      interpreter: 'sh',
      program: 'head -c 1000000 /dev/zero',
      timeoutSeconds: 0.5,
      tap: { open: ({ pause }) => pause(), more: () => {} },
    });
    expect(outcome).toMatchObject({ ending: 'timed_out' });
    expect(outcome.stdout.length).toBeGreaterThan(0);
  });
});
