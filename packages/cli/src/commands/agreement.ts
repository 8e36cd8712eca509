import type { Given, Options } from '../command.ts';
import { isGiven, readCount } from '../given.ts';
import { askYesOrNo } from '../screen/answers.ts';
import { isProblem } from '../trouble.ts';

/** Of changes that may make commands run. */
export const changeOptions = {
  yes: { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const satisfies Options;

export type Agreement = { readonly yes?: number; readonly dry_run?: true };

/** Makes a change; where the server wants the number of hosts to be agreed to, asks on the terminal and makes it again. */
export async function withAgreement<Result>(
  given: Given,
  change: (agreement: Agreement) => Promise<Result>,
): Promise<Result> {
  const yes = readCount(given, 'yes', 0);
  const asked: Agreement = {
    ...(yes !== undefined && { yes }),
    ...(isGiven(given, 'dry-run') && { dry_run: true }),
  };
  try {
    return await change(asked);
  } catch (thrown) {
    if (!isProblem(thrown, 'needs_yes') || thrown.hosts === undefined) throw thrown;
    const isAgreed = await askYesOrNo(`${thrown.detail ?? ''} Go ahead?`);
    if (!isAgreed) throw thrown;
    return change({ ...asked, yes: thrown.hosts });
  }
}
