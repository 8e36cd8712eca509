import type { ChannelEnding } from '../session/channel-wire.ts';
import { passingMs } from '../session/passing-time.ts';
import { nextWaitSeconds } from './backoff.ts';
import type { CurrentWorker } from './current-worker.ts';
import { channelAttempts } from './live-attempt.ts';
import { openLiveWork } from './live-work.ts';
import { pause } from './pause.ts';
import { goRound, noteState, settleRound, unlessTrouble } from './round.ts';

export type Live = {
  readonly current: CurrentWorker;
  /** Whether the server has a live channel, as far as anybody knows; `isDoubted`: it could not be opened where it is said to be. */
  readonly hasChannel: (isDoubted: boolean) => Promise<boolean>;
  /** Aborted to end it. */
  readonly finish: AbortSignal;
  /** Of asking over HTTP, where there is no channel. */
  readonly intervalSeconds: number;
  readonly log: (line: string) => void;
};

/**
 * Works until it is asked to end; or until the server says for good that it won't have this host, which is answered. Over
 * the live channel where there is one, else over HTTP.
 */
export async function live(settings: Live): Promise<ChannelEnding | undefined> {
  const { current, hasChannel, finish, intervalSeconds, log } = settings;
  const note = noteState(log);
  const work = openLiveWork(current, log);
  const tryChannel = channelAttempts({ work, current, note, log });
  let failures = 0;
  let overHttp: { readonly sentence: string; readonly untilMs: number } | undefined;

  while (!finish.aborted) {
    const worker = await unlessTrouble(work.next);
    const isReady = 'value' in worker && (await worker.value.journal.ready()) === undefined;
    const isDue = passingMs() >= (overHttp?.untilMs ?? 0);
    const sealed = work.sealed();
    const attempt =
      sealed !== undefined && isReady && isDue && (await hasChannel(overHttp !== undefined))
        ? await tryChannel(sealed)
        : undefined;
    if (attempt?.finalEnding !== undefined) {
      note(attempt.sentence);
      await work.queue.idle();
      return attempt.finalEnding;
    }
    if (finish.aborted) break;
    if (attempt !== undefined && !attempt.isBlocked) {
      overHttp = undefined;
      note(attempt.sentence);
      await pause(attempt.waitSeconds, finish);
      continue;
    }

    work.goOverHttp();
    // What came by the channel and still runs is reported, and nothing begun beside it.
    const round = work.queue.isBusy() ? await settleRound(work.next, log) : await goRound(work.next, log);
    if (finish.aborted && round.isFailed) break;
    failures = round.isServerTrouble ? failures + 1 : 0;
    if (attempt !== undefined && round.isServerTrouble) {
      note(round.sentence);
      await pause(attempt.waitSeconds, finish);
      continue;
    }
    if (attempt !== undefined)
      overHttp = { sentence: attempt.sentence, untilMs: passingMs() + secondsOverHttp * 1000 };
    const blocked = overHttp && `${overHttp.sentence}; commands are fetched over HTTP meanwhile`;
    note(round.sentence ?? blocked);
    const { retryAfterSeconds } = round;
    await pause(nextWaitSeconds({ intervalSeconds, failures, retryAfterSeconds }), finish);
  }
  work.goOverHttp();
  await work.queue.idle();
  return undefined;
}

/** After so long the channel is tried again. */
const secondsOverHttp = 300;
