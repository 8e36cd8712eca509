import type { JobPreview } from '@remotes/protocol/operators/job-preview';
import type { Given, Options } from '../command.ts';
import { readCount } from '../given.ts';
import { askYesOrNo } from '../screen/answers.ts';
import { trouble } from '../trouble.ts';
import { hostsText } from './counts.ts';

export const agreementOptions = { yes: { type: 'string' } } as const satisfies Options;

/** The number of hosts that was agreed to: by `--yes`, or by answering on the terminal; undefined where none is wanted. */
export async function agreedHosts(
  given: Given,
  { targets, needs_yes: needsYes }: Pick<JobPreview, 'targets' | 'needs_yes'>,
): Promise<number | undefined> {
  const yes = readCount(given, 'yes', 0);
  if (yes !== undefined || !needsYes) return yes;
  if (await askYesOrNo(`Run it on ${hostsText(targets)}?`)) return targets;
  throw trouble(
    'refused',
    `Nothing was done. To run it on ${hostsText(targets)}, repeat it with --yes ${targets}.`,
  );
}
