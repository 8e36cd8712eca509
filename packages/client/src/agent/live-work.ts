import type { GiveRun } from '@remotes/protocol/messages/claim';
import { type SwitchedSession, switchedSession } from '../session/switched-session.ts';
import type { CurrentWorker } from './current-worker.ts';
import type { LiveWorker } from './live-serving.ts';
import { unlessTrouble } from './round.ts';
import { runLine } from './run-line.ts';
import { openRunQueue, type RunQueue } from './run-queue.ts';
import { carryOut } from './sealed-run.ts';
import type { SealedWorker } from './sealed-worker.ts';
import type { Worker } from './worker.ts';

/** Who works now, and what is being carried out. */
export type LiveWork = {
  readonly queue: RunQueue;
  /** The same worker as long as something runs, which is reported as it began; else what the settings say now. */
  readonly next: () => Promise<Worker>;
  /** The present one, where the server is pinned. */
  readonly sealed: () => LiveWorker | undefined;
  /** Whether there is a new one to be had, or none any more. Never while something runs. */
  readonly isOutdated: () => Promise<boolean>;
  /** Lets everything be said over HTTP until there is a channel again. */
  readonly goOverHttp: () => void;
};

type Present = {
  /** As it was opened: it speaks over HTTP. */
  readonly opened: SealedWorker;
  readonly worker: LiveWorker;
};

export function openLiveWork(current: CurrentWorker, log: (line: string) => void): LiveWork {
  let present: Present | undefined;

  const carryOutLogged = async (worker: LiveWorker, given: GiveRun) => {
    const done = await unlessTrouble(() => carryOut(worker, given, async () => []));
    if ('sentence' in done) return log(done.sentence);
    const { report } = done.value;
    const line = runLine(report);
    if (line !== undefined) log(line);
    if (report.trouble === undefined) return;
    // Nothing more is taken before the journal can be used again.
    log(report.trouble.message);
    worker.sealed.leave();
  };
  const queue = openRunQueue(
    () => present?.worker.standing.besideLimit ?? 1,
    async (given) => {
      if (present !== undefined) await carryOutLogged(present.worker, given);
    },
  );

  return Object.freeze({
    queue,
    async next() {
      if (present !== undefined && queue.isBusy()) return present.worker;
      const opened = await current.worker();
      if (!('sealed' in opened)) {
        present = undefined;
        return opened;
      }
      if (opened !== present?.opened) {
        const sealed: SwitchedSession = switchedSession(opened.sealed);
        present = { opened, worker: { ...opened, sealed } };
      }
      return present.worker;
    },
    sealed: () => present?.worker,
    async isOutdated() {
      if (queue.isBusy()) return false;
      const worker = await unlessTrouble(current.worker);
      return !queue.isBusy() && !('value' in worker && worker.value === present?.opened);
    },
    goOverHttp() {
      if (present === undefined) return;
      present.worker.sealed.use(present.opened.sealed);
      present.worker.standing.greeted = undefined;
    },
  });
}
