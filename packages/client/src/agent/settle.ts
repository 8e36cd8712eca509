import type { HeldRun } from './journal.ts';
import { type Delivery, deliver } from './outbox.ts';
import type { V1Worker } from './run-command.ts';
import { interruptedTexts, textsOf } from './run-texts.ts';

export type Settled = { readonly run: HeldRun; readonly delivery: Delivery };

/**
 * Delivers what the journal holds: results that could not be delivered when they came, and runs that a kill has cut off,
 * which are reported as interrupted. Nothing is run again. Ends at the first that the server can't be asked about.
 */
export async function settle({ session, journal, unsent, finish, say }: V1Worker): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const held of journal.held()) {
    const { id, run, outcome, isFromEarlierBoot } = held;
    // Another host's, or another server's: it waits for them.
    if (run.host !== session.uuid || run.serverUrl !== session.serverUrl) continue;
    const delivery = await deliver(session, {
      commandId: run.commandId,
      texts: (isRemotes) =>
        outcome === undefined ? interruptedTexts(isFromEarlierBoot, isRemotes) : textsOf(outcome, isRemotes),
      mayHaveArrived: !unsent.has(id),
      signal: finish,
    });
    settled.push({ run: held, delivery });
    if (delivery.state === 'kept') {
      if (delivery.mayHaveArrived) unsent.delete(id);
      if (delivery.trouble !== undefined) break;
      continue;
    }
    unsent.delete(id);
    const refusal = await journal.stored(id);
    if (refusal !== undefined) say(refusal.sentence);
  }
  return settled;
}
