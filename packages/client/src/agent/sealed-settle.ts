import { deliverSealed, endsPass } from './sealed-delivery.ts';
import { endOf } from './sealed-report.ts';
import { type HeldGivenRun, heldHere, isRunning, type SealedWorker } from './sealed-worker.ts';
import type { Settled } from './settle.ts';

/**
 * Reports what the journal holds: results that could not be delivered when they came, and runs that a kill has cut off, as
 * interrupted. Nothing is run again. Ends at the first that the server can't be told.
 */
export async function settleHeld(worker: SealedWorker): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const held of heldHere(worker)) {
    // Its end is reported by whoever carries it out.
    if (isRunning(worker, held.run.given)) continue;
    const { delivery } = await deliverSealed(worker, {
      given: held.run.given,
      ended: endOf(held),
      signal: worker.finish,
    });
    settled.push({ run: held, delivery });
    if (endsPass(delivery)) break;
    if (delivery.state !== 'kept') await forget(worker, held);
  }
  return settled;
}

/** Lets go of what is no run of the server's. */
export async function dropUnknown(
  worker: SealedWorker,
  unknown: readonly HeldGivenRun[],
): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const held of unknown) {
    if (isRunning(worker, held.run.given)) continue;
    const sentence = 'the server does not know this run';
    settled.push({ run: held, delivery: { state: 'unwanted', sentence, mayHaveArrived: true } });
    await forget(worker, held);
  }
  return settled;
}

async function forget({ journal, say }: SealedWorker, { id }: HeldGivenRun): Promise<void> {
  const refusal = await journal.stored(id);
  if (refusal !== undefined) say(refusal.sentence);
}
