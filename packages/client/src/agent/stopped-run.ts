import type { Outcome } from '../host/outcome.ts';
import type { RunReport } from './run-command.ts';
import { deliverSealed } from './sealed-delivery.ts';
import type { Along, CarriedOut, Given } from './sealed-run.ts';
import type { SealedWorker } from './sealed-worker.ts';

/** Reports a run that an operator has stopped before its turn came. It is not begun, and never will be. */
export async function leaveStopped(
  worker: SealedWorker,
  { run, report }: { readonly run: Given; readonly report: RunReport },
  along: Along,
): Promise<CarriedOut> {
  const { delivery, answers } = await deliverSealed(worker, {
    given: run.given,
    ended: { ...neverBegun, startedAtMs: null, durationMs: null },
    along: await along(),
  });
  if (delivery.state === 'stored') {
    const unkept = await worker.journal.keepUnbegun(run, 'stopped');
    if (unkept !== undefined) worker.say(unkept.sentence);
  }
  const outcome = { ...neverBegun, startedAtMs: Date.now(), durationMs: 0 };
  return { report: { ...report, outcome, delivery }, answers };
}

const nothing = Buffer.alloc(0);
const neverBegun: Omit<Outcome, 'startedAtMs' | 'durationMs'> = {
  ending: 'stopped',
  sentence: 'An operator has stopped this run before it began: the program was not started.',
  stdout: nothing,
  stderr: nothing,
  cutBytes: { stdout: 0, stderr: 0 },
};
