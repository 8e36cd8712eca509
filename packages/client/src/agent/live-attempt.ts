import { type CloseName, closeCodes } from '@remotes/protocol/close-codes';
import type { ChannelEnding } from '../session/channel-wire.ts';
import { passingMs } from '../session/passing-time.ts';
import { isTrouble } from '../trouble.ts';
import { reconnectSeconds } from './backoff.ts';
import type { CurrentWorker } from './current-worker.ts';
import { refusedSeconds } from './live-connection.ts';
import { type LiveWorker, serveLive } from './live-serving.ts';
import type { LiveWork } from './live-work.ts';

/** What came of a connection, or of the try to have one. */
export type ChannelAttempt = {
  readonly sentence: string;
  /** Before the next one. */
  readonly waitSeconds: number;
  /** It can't be had, again and again, and nobody has said why. */
  readonly isBlocked: boolean;
  /** There for an ending after which the server will not have this host. */
  readonly finalEnding?: ChannelEnding;
};

type Attempts = {
  readonly work: LiveWork;
  readonly current: CurrentWorker;
  readonly note: (sentence: string) => void;
  readonly log: (line: string) => void;
};

/** Connects, and stays connected as long as that lasts. */
export function channelAttempts({ work, current, note, log }: Attempts) {
  /** Times running that no connection came about. */
  let failures = 0;
  /** Times running that one was over as soon as it was there. */
  let flaps = 0;

  const waitAtLeast = (seconds: number | undefined, doublings: number) =>
    reconnectSeconds(Math.max(0, doublings - 1), seconds);

  return async (worker: LiveWorker): Promise<ChannelAttempt> => {
    worker.sealed.use(undefined);
    const { serverUrl } = worker;
    let welcomedAtMs: number | undefined;
    const onWelcome = () => {
      welcomedAtMs = passingMs();
      note(`connected to ${serverUrl}: commands come as they are given`);
    };
    try {
      const context = current.context();
      const ending = await serveLive({
        context,
        worker,
        queue: work.queue,
        isOutdated: work.isOutdated,
        onWelcome,
        log,
      });
      const { name, sentence, isSealed, retryAfterSeconds } = ending;
      const isWelcomed = welcomedAtMs !== undefined;
      failures = isWelcomed ? 0 : failures + 1;
      flaps = passingMs() - (welcomedAtMs ?? 0) > lastingMs && isWelcomed ? 0 : flaps + 1;
      const doublings = isWelcomed ? Math.min(flaps, mostFlaps) : failures;
      const attempt = {
        sentence: `the connection to ${serverUrl} ended: ${sentence}`,
        waitSeconds: waitAtLeast(
          name === 'host_refused' && isSealed ? refusedSeconds : retryAfterSeconds,
          doublings,
        ),
        isBlocked: name === 'too_long' ? flaps > 1 : failures >= failuresThatBlock && !saysWhy.has(name),
      };
      return isSealed && name !== 'cut' && closeCodes[name].isFinal
        ? { ...attempt, finalEnding: ending }
        : attempt;
    } catch (error) {
      failures += 1;
      const { message, retryAfterSeconds } = error as Error & { retryAfterSeconds?: number };
      const sentence = isTrouble(error)
        ? message
        : `this is a fault of the client, please report it: ${(error as Error).stack}`;
      const isBlocked = failures >= (retryAfterSeconds === undefined ? failuresThatBlock : refusalsThatBlock);
      return { sentence, waitSeconds: waitAtLeast(retryAfterSeconds, failures), isBlocked };
    }
  };
}

/** Then the connection itself was not to blame. */
const saysWhy = new Set<CloseName | 'cut'>([
  'restarting',
  'host_refused',
  'come_later',
  'session_ended',
  'duplicate_host',
]);
const failuresThatBlock = 3;
/** With a time to come back, as a server says that lets its hosts in one after the other. */
const refusalsThatBlock = 10;
const lastingMs = 10_000;
/** Up to eight seconds. */
const mostFlaps = 3;
