import { randomUUID } from 'node:crypto';
import { runMarkName } from './environment.ts';
import { isInterpreter, type Preparation, prepare } from './interpreters.ts';
import type { OutputTap, ProgramOrder } from './order.ts';
import type { Outcome } from './outcome.ts';
import { drain } from './output-drain.ts';
import { keepEnds } from './output-ends.ts';
import { endOf } from './program-end.ts';
import { readResult } from './result-text.ts';
import { makeRunFolder, removeRunFolder } from './run-folder.ts';
import { type Child, type NotStarted, spawnFirst } from './spawn.ts';

/**
 * Executes a program and waits for its end. Whatever becomes of the program is an outcome; nothing is thrown.
 *
 * At its time limit, or when the order's signal is aborted, the whole process tree is ended. A program that ends by
 * itself may leave processes behind on purpose: they live on, and what they print later is not waited for.
 */
export async function executeProgram(order: ProgramOrder): Promise<Outcome> {
  const startedAtMs = Date.now();
  const startedAt = performance.now();
  const part = await executeInFolder(order);
  return { ...nothingPrinted, ...part, startedAtMs, durationMs: Math.round(performance.now() - startedAt) };
}

type Part = Pick<Outcome, 'ending'> & Partial<Outcome>;

const nothingPrinted = {
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  cutBytes: { stdout: 0, stderr: 0 },
};

async function executeInFolder(order: ProgramOrder): Promise<Part> {
  if (order.signal?.aborted)
    return { ending: 'stopped', sentence: 'The program was not started: the client is stopping.' };
  if (!isInterpreter(order.interpreter)) {
    return notStarted({
      reason: 'interpreter_missing',
      sentence: `This client has no interpreter "${order.interpreter}".`,
    });
  }
  let folder: string;
  try {
    folder = await makeRunFolder(order.temporaryFolder);
  } catch (error) {
    return notStarted(refusedByMachine(error));
  }
  const part = await prepareAndRun(order, folder);
  const trouble = await removeRunFolder(folder);
  return trouble === undefined
    ? part
    : { ...part, sentence: [part.sentence, trouble].filter(Boolean).join(' ') };
}

async function prepareAndRun(order: ProgramOrder, folder: string): Promise<Part> {
  let preparation: Preparation | string;
  try {
    preparation = await prepare(order, folder);
  } catch (error) {
    return notStarted(refusedByMachine(error));
  }
  if (typeof preparation === 'string') return notStarted({ reason: 'input_unfit', sentence: preparation });
  const runMark = randomUUID();
  const environment = { ...preparation.environment, [runMarkName]: runMark };
  const child = await spawnFirst({ ...preparation, environment });
  if ('reason' in child) return notStarted(child);
  const part = await run(order, child, runMark);
  if (part.ending !== 'exited') return part;
  const { text, problem } = await readResult(preparation.resultPath, order.outputLimitBytes);
  return problem === undefined
    ? { ...part, resultText: text }
    : { ...part, reason: 'result_invalid', sentence: problem };
}

function notStarted(why: NotStarted): Part {
  return { ending: 'not_started', ...why };
}

function refusedByMachine(error: unknown): NotStarted {
  return {
    reason: 'machine_refused',
    sentence: `The run's folder can't be made: ${(error as Error).message}.`,
  };
}

async function run(order: ProgramOrder, child: Child, runMark: string): Promise<Part> {
  const stdout = keepEnds(order.outputLimitBytes);
  const stderr = keepEnds(order.outputLimitBytes);
  child.stdout.on('data', stdout.add).on('error', () => {});
  child.stderr.on('data', stderr.add).on('error', () => {});
  const letGo = order.tap && openTap(order.tap, child, { stdout, stderr });

  const end = await endOf(order, child, runMark);
  // What has ended can be held up no more; its pipes must run dry.
  letGo?.();
  await drain([child.stdout, child.stderr], () => stdout.seenBytes() + stderr.seenBytes());
  const kept = { stdout: stdout.finish(), stderr: stderr.finish() };
  return {
    ...end,
    stdout: kept.stdout.bytes,
    stderr: kept.stderr.bytes,
    cutBytes: { stdout: kept.stdout.cutBytes, stderr: kept.stderr.cutBytes },
  };
}

type Kept = Readonly<Record<'stdout' | 'stderr', ReturnType<typeof keepEnds>>>;

/** Returns how to end it: nothing is held up from then on. */
function openTap(tap: OutputTap, { stdout, stderr }: Child, kept: Kept): () => void {
  let isOver = false;
  const resume = () => {
    stdout.resume();
    stderr.resume();
  };
  const pause = () => {
    if (isOver) return;
    stdout.pause();
    stderr.pause();
  };
  for (const stream of [stdout, stderr]) stream.on('data', tap.more);
  tap.open({ printed: (stream) => kept[stream].beginning(), pause, resume });
  return () => {
    isOver = true;
    resume();
  };
}
