import { createTwoFilesPatch } from 'diff';

type Revision = { readonly revision: number; readonly program: string };

/** Comparing takes the longer, the more differs; nobody waits for more than this. */
const mostMs = 500;

/** What differs between two programs, as a unified diff; empty when they are the same. */
export function programDiff(before: Revision, after: Revision): string {
  if (before.program === after.program) return '';
  const names = [before, after].map(({ revision }) => `revision ${revision}`) as [string, string];
  const patch = createTwoFilesPatch(...names, before.program, after.program, undefined, undefined, {
    context: 3,
    timeout: mostMs,
  });
  return patch ?? `--- ${names[0]}\n+++ ${names[1]}\nThey differ too much to be compared.\n`;
}
