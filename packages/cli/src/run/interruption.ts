import { createInterface } from 'node:readline';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import type { Api } from '../api/api.ts';
import type { ProgressLine } from '../screen/progress-line.ts';
import { isTrouble } from '../trouble.ts';

export type Interruption = {
  /** Aborted when nobody waits any longer. */
  readonly signal: AbortSignal;
  /** The job was left or stopped by Ctrl-C. */
  wasAsked(): boolean;
  /** Ctrl-C is Ctrl-C again. */
  end(): void;
};

/**
 * Ctrl-C while a job is watched: asks on a terminal whether to leave it running, stop it or go on watching; leaves it
 * running where nobody can be asked. A second Ctrl-C leaves in any case.
 */
export function onInterruption(api: Api, jobId: string, line: ProgressLine): Interruption {
  const leaving = new AbortController();
  let isAsked = false;
  let question: Question | undefined;
  const leave = () => {
    isAsked = true;
    leaving.abort();
  };
  const onSignal = () => {
    if (isAsked || question || !process.stdin.isTTY || !process.stderr.isTTY) return leave();
    line.hold();
    question = askWhatNow(leave);
    void question.answer.then(async (choice) => {
      question = undefined;
      if (choice === 'leave') leave();
      if (choice === 'stop') {
        isAsked = true;
        console.error(await stopJob(api, jobId).catch(troubleText));
      }
      line.release();
    });
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', leave);
  return {
    signal: leaving.signal,
    wasAsked: () => isAsked,
    end() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', leave);
      question?.withdraw();
    },
  };
}

type Question = {
  readonly answer: Promise<'leave' | 'stop' | 'watch'>;
  /** The job has ended before it was answered. */
  withdraw(): void;
};

function askWhatNow(onInterrupt: () => void): Question {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const answer = new Promise<'leave' | 'stop' | 'watch'>((resolve) => {
    // A terminal that is read hands Ctrl-C to its reader.
    reader.on('SIGINT', () => {
      onInterrupt();
      reader.close();
    });
    reader.on('close', () => resolve('watch'));
    reader.question('Leave the job running, stop it, or go on watching? [l/s/W] ', (text) => {
      const letter = text.trim().toLowerCase()[0];
      resolve(letter === 'l' ? 'leave' : letter === 's' ? 'stop' : 'watch');
      reader.close();
    });
  });
  return { answer, withdraw: () => reader.close() };
}

/** Asks for the end of a job; says in a line what that meant. */
export async function stopJob(api: Api, id: string): Promise<string> {
  const { answer } = await api.ask(jobsRoutes.jobs_stop, { params: { id } });
  const { cancelled, asked, not_stoppable: deaf } = answer;
  const parts = [`${cancelled} cancelled`, `${asked} asked to end`];
  if (deaf > 0) parts.push(`${deaf} that cannot be told (hosts of the v1 protocol)`);
  return `Stopped: ${parts.join(', ')}.`;
}

function troubleText(thrown: unknown): string {
  if (isTrouble(thrown)) return `It could not be stopped: ${thrown.message}`;
  throw thrown;
}
