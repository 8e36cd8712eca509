import { createTwoFilesPatch } from 'diff';

/** Comparing takes the longer, the more differs: many groups are compared for one answer. */
const mostMs = 20;
const mostEdits = 400;

type Printed = { readonly stdout: string; readonly stderr: string };

/** What differs in what two runs printed, as a unified diff; null where they differ too much, or do not. */
export function outputDiff(one: Printed, other: Printed): string | null {
  const [before, after] = [textOf(one), textOf(other)];
  if (before === after) return null;
  const patch = createTwoFilesPatch('most', 'these', before, after, undefined, undefined, {
    context: 2,
    timeout: mostMs,
    maxEditLength: mostEdits,
  });
  return patch?.slice(patch.indexOf('@@')) ?? null;
}

function textOf({ stdout, stderr }: Printed): string {
  return stderr === '' ? stdout : `${stdout}[stderr]\n${stderr}`;
}
