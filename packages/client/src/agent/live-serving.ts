import type { ServerMessage } from '@remotes/protocol/messages';
import type { Context } from '../context.ts';
import type { ChannelEnding } from '../session/channel-wire.ts';
import type { SwitchedSession } from '../session/switched-session.ts';
import { openLiveConnection } from './live-connection.ts';
import { settleRound } from './round.ts';
import { settledLine } from './run-line.ts';
import type { RunQueue } from './run-queue.ts';
import { dropUnknown } from './sealed-settle.ts';
import { heldHere, isRunning, nameOf, noteStop, type SealedWorker } from './sealed-worker.ts';

export type LiveWorker = SealedWorker & { readonly sealed: SwitchedSession };

export type LiveServing = {
  readonly context: Context;
  readonly worker: LiveWorker;
  readonly queue: RunQueue;
  /** Looked at now and then: whether to connect anew, as the settings have changed. */
  readonly isOutdated: () => Promise<boolean>;
  readonly onWelcome: () => void;
  readonly log: (line: string) => void;
};

/** One connection from its beginning to its end, which is answered. Throws a trouble when it did not come about. */
export async function serveLive(serving: LiveServing): Promise<ChannelEnding> {
  const { context, worker, queue, onWelcome, log } = serving;
  let early: ServerMessage[] | undefined = [];
  const obey = (message: ServerMessage) => {
    if (early !== undefined) early.push(message);
    else if (message.type === 'run' && !worker.finish.aborted) queue.take(message);
    else if (message.type === 'stop' && (queue.isWaiting(message) || isRunning(worker, message)))
      noteStop(worker, message);
  };
  const connection = await openLiveConnection(context, worker, obey);
  if ('turnedAway' in connection) return connection.turnedAway;
  const { channel, greeting } = connection;
  worker.standing.stopped.clear();
  worker.sealed.use(channel);
  for (const [name, running] of worker.standing.running) {
    const next = greeting.streams.find((stream) => nameOf(stream) === name);
    running.resumeOutput(next ?? { stdout: 0, stderr: 0 });
  }
  onWelcome();
  const pushed = early;
  early = undefined;
  for (const message of pushed) obey(message);

  const settle = settling(worker, log);
  const tick = setInterval(async () => {
    settle();
    if (await serving.isOutdated()) channel.close();
  }, tickMs);
  const finish = async () => {
    queue.drop();
    await queue.idle();
    channel.close();
  };
  worker.finish.addEventListener('abort', finish);
  if (worker.finish.aborted) void finish();
  try {
    for (const one of await dropUnknown(worker, greeting.unknown)) {
      const line = settledLine(one);
      if (line !== undefined) log(line);
    }
    settle();
    return await channel.ended;
  } finally {
    clearInterval(tick);
    worker.finish.removeEventListener('abort', finish);
    worker.sealed.use(undefined);
    // Nothing that waits is held: the next hello says so, and the server gives it again.
    queue.drop();
  }
}

/** Reports what is held and not running: what a kill has left, and what could not be told when it ended. */
function settling(worker: LiveWorker, log: (line: string) => void): () => void {
  let isSettling = false;
  return () => {
    const isDue = heldHere(worker).some(({ run }) => !isRunning(worker, run.given));
    if (isSettling || !isDue || !worker.sealed.isLive()) return;
    isSettling = true;
    const settled = settleRound(async () => worker, log);
    void settled.finally(() => {
      isSettling = false;
    });
  };
}

const tickMs = 1000;
