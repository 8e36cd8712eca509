import type { GiveRun } from '@remotes/protocol/messages/claim';
import type { Output } from '@remotes/protocol/messages/output';
import type { LiveOutput, OutputTap } from '../host/order.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import { isTrouble } from '../trouble.ts';
import { chunkCutter } from './chunk-cutter.ts';
import { mostChunkBytes, nothingSaid, type SaidOutput } from './sealed-report.ts';
import { askServer, type NextChunks, type SealedWorker } from './sealed-worker.ts';

/** Says what a program prints while it runs, where the server is spoken with live. */
export type OutputSender = {
  readonly tap: OutputTap;
  /** Goes on in a new connection, in which the server wants these chunks next. */
  readonly resume: (next: NextChunks) => void;
  /** What was said of it in the present connection. No more is, from then on. */
  readonly said: () => SaidOutput;
};

export function sendOutput(
  worker: SealedWorker,
  { run, attempt }: Pick<GiveRun, 'run' | 'attempt'>,
): OutputSender {
  const cutters = { stdout: chunkCutter(), stderr: chunkCutter() };
  let output: LiveOutput | undefined;
  /** Rises with each; what belongs to an earlier one changes nothing any more. */
  let connection = 0;
  let isConnected = worker.sealed.isLive();
  let isOver = false;
  let unanswered = 0;
  let unansweredBytes = 0;

  const waitingBytes = (printed: LiveOutput['printed']) =>
    names.reduce((sum, name) => sum + cutters[name].waitingBytes(printed(name)), 0);

  const take = ({ printed }: LiveOutput): readonly Chunk[] => {
    // What is printed meanwhile is gathered, so that a chatty program makes no more frames than the line carries.
    if (unanswered >= mostUnanswered || (unanswered > 0 && waitingBytes(printed) < mostChunkBytes)) return [];
    return names.flatMap((stream) => {
      const cut = cutters[stream].next(printed(stream));
      if (cut === undefined) return [];
      const message = { type: 'output', run, attempt, stream, chunk: cut.chunk } satisfies Output;
      return [{ message, data: cut.data }];
    });
  };

  const say = async (chunks: readonly Chunk[]) => {
    const own = connection;
    const bytes = chunks.reduce((sum, { data }) => sum + data.length, 0);
    unanswered += 1;
    unansweredBytes += bytes;
    try {
      await askServer(worker, chunks);
    } catch (error) {
      if (!isTrouble(error)) throw error;
      if (own === connection) isConnected = false;
    }
    if (own !== connection) return;
    unanswered -= 1;
    unansweredBytes -= bytes;
    send();
  };

  const send = () => {
    if (output === undefined) return;
    while (isConnected && !isOver) {
      const chunks = take(output);
      if (chunks.length === 0) break;
      void say(chunks);
    }
    const isBehind = unansweredBytes + waitingBytes(output.printed) > mostBytesBehind;
    if (isConnected && !isOver && isBehind) output.pause();
    else output.resume();
  };

  return {
    tap: {
      open(opened) {
        output = opened;
      },
      more: send,
    },
    resume(next) {
      connection += 1;
      isConnected = true;
      unanswered = 0;
      unansweredBytes = 0;
      for (const name of names) cutters[name].goTo(next[name]);
      send();
    },
    said() {
      isOver = true;
      if (!isConnected) return nothingSaid;
      return { stdout: cutters.stdout.said(), stderr: cutters.stderr.said() };
    },
  };
}

type Chunk = Outgoing & { readonly message: Output; readonly data: Buffer };

const names = ['stdout', 'stderr'] as const;
const mostUnanswered = 4;
/** Beyond it a program is held up until the server has caught up. */
const mostBytesBehind = 4 * 1024 * 1024;
