import type { GiveRun } from '@remotes/protocol/messages/claim';
import { nameOf } from './sealed-worker.ts';

/** Runs that come by themselves: those of a group one after the other, ad-hoc ones beside them. */
export type RunQueue = {
  readonly take: (given: GiveRun) => void;
  readonly isWaiting: (attempt: Pick<GiveRun, 'run' | 'attempt'>) => boolean;
  /** Forgets what has not begun. */
  readonly drop: () => void;
  readonly isBusy: () => boolean;
  /** Resolves once nothing runs. */
  readonly idle: () => Promise<void>;
};

export function openRunQueue(
  besideLimit: () => number,
  carryOut: (given: GiveRun) => Promise<void>,
): RunQueue {
  const lanes = {
    standing: { waiting: [] as GiveRun[], running: 0, limit: () => 1 },
    beside: { waiting: [] as GiveRun[], running: 0, limit: besideLimit },
  };
  type Lane = (typeof lanes)['standing'];
  const all: readonly Lane[] = Object.values(lanes);
  const isBusy = () => all.some(({ running }) => running > 0);
  let whenIdle: (() => void)[] = [];

  const begin = (lane: Lane) => {
    while (lane.running < lane.limit()) {
      const given = lane.waiting.shift();
      if (given === undefined) return;
      lane.running += 1;
      void carryOut(given).finally(() => {
        lane.running -= 1;
        begin(lane);
        if (!isBusy()) for (const tell of whenIdle.splice(0)) tell();
      });
    }
  };

  return Object.freeze({
    take(given: GiveRun) {
      const lane = given.group === 0 ? lanes.beside : lanes.standing;
      lane.waiting.push(given);
      begin(lane);
    },
    isWaiting: (attempt: Pick<GiveRun, 'run' | 'attempt'>) =>
      all.some(({ waiting }) => waiting.some((given) => nameOf(given) === nameOf(attempt))),
    drop() {
      for (const lane of all) lane.waiting.length = 0;
    },
    isBusy,
    idle() {
      if (!isBusy()) return Promise.resolve();
      return new Promise<void>((resolve) => {
        whenIdle = [...whenIdle, resolve];
      });
    },
  });
}
