import type { Decisions } from './decisions.ts';
import type { DefinitionsView } from './definitions.ts';
import type { Delivery } from './delivery.ts';
import { isLimited } from './jobs/job-slots.ts';
import type { Storage } from './storage.ts';

/**
 * Decisions after which something may be due, or is to end, that was not before: for the host that their input names, or
 * for any. A decision that frees a slot of a host frees one of a wave too.
 */
const signals: { readonly [Name in keyof Decisions]?: 'host' | 'fleet' } = {
  greetHost: 'host',
  recallRuns: 'host',
  settleSealedRun: 'host',
  refuseRun: 'host',
  finishRun: 'host',
  interruptOverdueRuns: 'fleet',
  stopRun: 'fleet',
  dispatchJob: 'fleet',
  stopJob: 'fleet',
  changeHostsStanding: 'fleet',
  allowV1: 'fleet',
  rotateChannelKey: 'fleet',
  removeHosts: 'fleet',
  groupHosts: 'fleet',
  resumeOffering: 'fleet',
  applyFleet: 'fleet',
  editFleet: 'fleet',
};

/** The storage that raises the signal of delivery after such decisions, once they are committed: here, or by a neighbour. */
export function signalDelivery(
  storage: Storage,
  definitions: DefinitionsView,
  delivery: Pick<Delivery, 'mayHaveDue'>,
): Storage {
  storage.neighbours.hear(() => delivery.mayHaveDue('fleet'));
  const decide: Storage['decide'] = (name, input) => {
    const answer = storage.decide(name, input);
    const signal = signals[name];
    if (signal === undefined) return answer;
    const raise = () => {
      const isForAll = signal === 'fleet' || hasWaves(definitions);
      if (isForAll) storage.neighbours.tell();
      delivery.mayHaveDue(isForAll ? 'fleet' : (input as { hostId: number }).hostId);
    };
    // One that failed may have been committed all the same.
    return answer.finally(raise);
  };
  return Object.freeze({ ...storage, decide });
}

function hasWaves(definitions: DefinitionsView): boolean {
  for (const command of definitions.latest()?.work.values() ?? []) if (isLimited(command)) return true;
  return false;
}
