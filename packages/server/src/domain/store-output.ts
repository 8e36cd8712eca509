import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { CarriedOutput, Speaker } from './host-messages.ts';
import type { RunOutput, Stored } from './output-streams.ts';
import type { OutputStream, Run, Tables } from './ports.ts';
import { findReported, type Reported } from './reported-run.ts';
import { hasEnded } from './run-moves.ts';
import { maskingOf } from './secret-setting.ts';

/**
 * Stores what has come of outputs before their end. What does not go on from what is known here is passed over: the
 * host says it again when its report is refused for it.
 */
export async function storeOutputs(speaker: Speaker, outputs: readonly CarriedOutput[]): Promise<void> {
  const runs = Map.groupBy(outputs, ({ message: { run, attempt } }) => `${run} ${attempt}`);
  for (const ofRun of runs.values()) await storeOfRun(speaker, ofRun);
  if (outputs.length > 0) speaker.mind.outputStreams.bound();
}

async function storeOfRun({ mind, host }: Speaker, outputs: readonly CarriedOutput[]): Promise<void> {
  const named = outputs[0]!.message;
  const { outputStreams } = mind;
  const output = beginsAgain(outputStreams.find(named, host.id), outputs)
    ? outputStreams.begin(named, host.id)
    : outputStreams.find(named, host.id);
  if (!output) return;
  const masking = maskingOf(mind.masterKey, await mind.definitions.current());
  const chunks = outputs.flatMap(({ message: { stream, chunk }, data }) => {
    if (chunk !== output[stream].next()) return [];
    const bytes = output[stream].take(data, masking);
    return bytes.length === 0 ? [] : [{ stream, bytes }];
  });
  if (chunks.length === 0) return;
  const { stored } = output;
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes.length, stored.bytes);
  output.stored = { chunks: stored.chunks + chunks.length, bytes };
  try {
    const { run: runId, attempt } = named;
    const request = { hostId: host.id, runId, attempt, stored, chunks, bytes };
    const refusal = await mind.storage.decide('storeOutput', request);
    // Of a run that has ended nothing is stored, but what the host says of its end is looked at all the same.
    if (refusal && refusal.refused !== 'report_illegal') outputStreams.forget(named);
  } catch (trouble) {
    // Nobody knows what is on disk now.
    outputStreams.forget(named);
    throw trouble;
  }
}

/** Whether a host says an output from its beginning. */
export function beginsAgain(known: RunOutput | undefined, outputs: readonly CarriedOutput[]): boolean {
  return outputs.some(
    ({ message: { stream, chunk } }) => chunk === 0 && (!known || known[stream].next() > 0),
  );
}

export type OutputNote = Reported & {
  /** What has to be on disk before. */
  stored: Stored;
  chunks: { stream: OutputStream; bytes: Uint8Array }[];
  /** Of all that is stored after it. */
  bytes: number;
};

/** Decides whether these pieces go behind those that are stored, and stores them. The first take the place of any. */
export async function decideOutput(
  tables: Tables,
  { stored, chunks, bytes, ...reported }: OutputNote,
): Promise<Refusal | null> {
  const found = await findReported(tables, reported);
  if (isRefusal(found)) return found;
  const { run, isOlder } = found;
  const isUnderWay = run.state === 'interrupted' || !hasEnded(run.state);
  if (isOlder || !isUnderWay) return refuse('report_illegal');
  if (stored.chunks === 0 && run.outputBytes > 0) await tables.outputs.remove(run.number);
  if (!(await isStored(tables, run, stored))) return refuse('output_wanted');
  for (const [index, { stream, bytes: piece }] of chunks.entries()) {
    await tables.outputs.addChunk(run.number, stream, stored.chunks + index, piece);
  }
  await tables.runs.change(run.number, { outputBytes: bytes });
  return null;
}

/** Whether just this is on disk: another server may have been told the same output since. */
export async function isStored(tables: Tables, run: Run, { chunks, bytes }: Stored): Promise<boolean> {
  if (chunks === 0) return true;
  return run.outputBytes === bytes && (await tables.outputs.nextChunk(run.number)) === chunks;
}
