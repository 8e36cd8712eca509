import type { ServerMessage } from '@remotes/protocol/messages';
import type { Trouble } from '../trouble.ts';
import { trouble } from '../trouble.ts';
import { framesOf, type OutgoingFrame } from './channel-frames.ts';
import { passingMs } from './passing-time.ts';
import type { Outgoing } from './sealed-session.ts';

/** Frames that wait to be sent, and those that wait to be answered: each is answered by one, in their order. */
export type ChannelAnswers = {
  /** Says these, in as many frames as they need; the answers to all of them. */
  readonly ask: (messages: readonly Outgoing[], signal?: AbortSignal) => Promise<ServerMessage[]>;
  /** Answers this frame of the server with one that says nothing else, before what waits. */
  readonly reply: (answers: number) => void;
  /** The answer to this frame has come. False when no such answer is awaited; `unheard` gets what nobody waits for any more. */
  readonly take: (
    counter: number,
    messages: readonly ServerMessage[],
    unheard: (message: ServerMessage) => void,
  ) => boolean;
  /** No more will come. */
  readonly end: (trouble: Trouble) => void;
  /** For how long the oldest unanswered frame has waited. */
  readonly oldestMs: () => number;
};

export function openAnswers(send: (frame: OutgoingFrame) => number): ChannelAnswers {
  const unsent: Question[] = [];
  const unanswered: (Question & { readonly counter: number; readonly sentAtMs: number })[] = [];
  let unansweredBytes = 0;
  let ending: Trouble | undefined;

  const sendNext = () => {
    for (;;) {
      const [next] = unsent;
      if (next === undefined || ending !== undefined) return;
      const isFull = unanswered.length >= mostFrames || unansweredBytes + next.frame.bytes > mostBytes;
      if (isFull && unanswered.length > 0) return;
      unsent.shift();
      if (next.isGivenUp()) continue;
      unansweredBytes += next.frame.bytes;
      unanswered.push({ ...next, counter: send(next.frame), sentAtMs: passingMs() });
    }
  };

  const askFrame = (frame: OutgoingFrame, signal: AbortSignal | undefined) =>
    new Promise<readonly ServerMessage[]>((resolve, reject) => {
      let isOver = false;
      const over = () => {
        isOver = true;
        signal?.removeEventListener('abort', giveUp);
      };
      const giveUp = () => {
        over();
        reject(trouble('network', 'the answer was waited for no longer, as the client was asked to end'));
      };
      unsent.push({
        frame,
        isGivenUp: () => isOver,
        resolve(messages) {
          over();
          resolve(messages);
        },
        reject(trouble) {
          over();
          reject(trouble);
        },
      });
      signal?.addEventListener('abort', giveUp);
      if (signal?.aborted) giveUp();
    });

  return {
    reply(answers) {
      if (ending !== undefined) return;
      unsent.unshift({
        frame: { messages: [], bytes: 0, answers },
        isGivenUp: () => false,
        resolve: () => {},
        reject: () => {},
      });
      sendNext();
    },
    async ask(messages, signal) {
      if (ending !== undefined) throw ending;
      const asked = framesOf(messages).map((frame) => askFrame(frame, signal));
      sendNext();
      return (await Promise.all(asked)).flat();
    },
    take(counter, messages, unheard) {
      const first = unanswered.shift();
      if (first?.counter !== counter) return false;
      unansweredBytes -= first.frame.bytes;
      if (first.isGivenUp()) for (const message of messages) unheard(message);
      else first.resolve(messages);
      sendNext();
      return true;
    },
    end(why) {
      ending = why;
      for (const question of [...unanswered.splice(0), ...unsent.splice(0)]) question.reject(why);
    },
    oldestMs: () => passingMs() - (unanswered[0]?.sentAtMs ?? passingMs()),
  };
}

type Question = {
  readonly frame: OutgoingFrame;
  /** Nobody waits for its answer. */
  readonly isGivenUp: () => boolean;
  readonly resolve: (messages: readonly ServerMessage[]) => void;
  readonly reject: (trouble: Trouble) => void;
};

/** So much may be unanswered at once. */
const mostFrames = 8;
const mostBytes = 4 * 1024 * 1024;
