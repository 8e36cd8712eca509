import type { Execution } from './chaos-host.ts';

export type ChaosProgram = {
  readonly name: string;
  readonly program: string;
};

/** A shell program that leaves its mark in a file of the host, and prints the same and many lines, over so long a time. */
export function chaosProgram(name: string, seconds = 0): ChaosProgram {
  const program = [
    `mark=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')`,
    `echo "${name} $mark" >> ran`,
    `line="${name} $mark"`,
    'i=0',
    `while [ $i -lt ${linesOfHalf} ]; do i=$((i+1)); echo "$line $i"; done`,
    ...(seconds > 0 ? [`sleep ${seconds}`] : []),
    `while [ $i -lt ${2 * linesOfHalf} ]; do i=$((i+1)); echo "$line $i"; done`,
  ].join('\n');
  return { name, program };
}

/** What it prints when it is executed to its end. */
export function printedBy({ name, mark }: Execution): string {
  return Array.from({ length: 2 * linesOfHalf }, (_, index) => `${name} ${mark} ${index + 1}\n`).join('');
}

const linesOfHalf = 60;
