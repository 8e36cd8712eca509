import { currentDefinitions } from './definitions.ts';
import { countMove } from './jobs/job-slots.ts';
import { outcomeHash } from './jobs/outcome-hash.ts';
import type { Mind } from './mind.ts';
import type { KeptStream } from './output-stream.ts';
import type { RunOutput, Stored } from './output-streams.ts';
import type { CommandRevision, OutputStream, Run, Tables } from './ports.ts';
import { storableText } from './result-reading.ts';
import type { Ending } from './run-ending.ts';
import { offerAgain } from './run-overdue.ts';
import { maskText } from './secret-mask.ts';
import { maskingOf } from './secret-setting.ts';

/** What a host says of a run that ended, as it said it. */
export type Said = Pick<Ending, 'state' | 'exitCode' | 'signal'> & {
  readonly reason: string | null;
  /** By the host's clock; null where it does not say. */
  readonly startedAt: number | null;
  /** What came with the report, after what had come of the live channel before. */
  readonly stdout: readonly Buffer[];
  readonly stderr: readonly Buffer[];
  /** What the host itself left out of the two. */
  readonly cutBytes: number;
  /** The result proper, or what a failure said. */
  readonly text: string | undefined;
  /** The items of the list that came back; undefined leaves variables as they are. */
  readonly items: readonly string[] | undefined;
};

/** The same, ready to be stored. */
export type Report = Pick<Said, 'state' | 'exitCode' | 'signal' | 'reason' | 'startedAt'> & {
  /** What was stored before; `chunks` come behind it. */
  stored: Stored;
  chunks: { stream: OutputStream; bytes: Uint8Array }[];
  result: string | null;
  items: string[] | undefined;
  outputBytes: number;
  cutBytes: number;
  isMasked: boolean;
  /** Equal for reports that are alike. */
  outcome: string;
};

/**
 * Masks secrets, where no edge of a chunk hides one, and cuts what is too long. `soFar` is what had come of the output
 * before; it takes nothing more after this.
 */
export async function prepareReport(
  mind: Mind,
  said: Said,
  soFar: RunOutput = mind.outputStreams.whole(0),
): Promise<Report> {
  const masking = maskingOf(mind.masterKey, await mind.definitions.current());
  const { secrets } = masking;
  const stdout = soFar.stdout.end(said.stdout, masking);
  const stderr = soFar.stderr.end(said.stderr, masking);
  const maskedText = said.text === undefined ? undefined : maskText(said.text, secrets);
  const { state, exitCode, signal, reason, startedAt, cutBytes } = said;
  const result = maskedText === undefined ? null : storableText(maskedText);
  return {
    state,
    exitCode,
    signal,
    reason,
    startedAt,
    stored: soFar.stored,
    chunks: [...chunksOf('stdout', stdout), ...chunksOf('stderr', stderr)],
    result,
    outcome: outcomeHash({
      state,
      exitCode,
      signal,
      reason,
      result,
      outputs: { stdout: stdout.digest, stderr: stderr.digest },
    }),
    items: said.items?.map((item) => maskText(item, secrets)),
    outputBytes: stdout.bytes + stderr.bytes + cutBytes,
    cutBytes: stdout.cutBytes + stderr.cutBytes + cutBytes,
    isMasked: stdout.isMasked || stderr.isMasked || maskedText !== said.text,
  };
}

function chunksOf(stream: OutputStream, { parts }: KeptStream): Report['chunks'] {
  return parts.map((bytes) => ({ stream, bytes }));
}

/** Ends the run as the report says, or settles it where nobody knew; whether it may is decided before. */
export async function settleRun(tables: Tables, run: Run, report: Report, now: number): Promise<void> {
  await countMove(tables, run, report.state, now);
  await tables.runs.change(run.number, {
    state: report.state,
    reason: report.reason,
    exitCode: report.exitCode,
    signal: report.signal,
    startedAt: report.startedAt ?? run.startedAt,
    finishedAt: now,
    result: report.result,
    outputBytes: isUntold(run, report) ? run.outputBytes : report.outputBytes,
    outputCutBytes: report.cutBytes,
    isMasked: report.isMasked,
    outcome: report.outcome,
  });
  // What the report does not build on was said by an attempt before, or is said anew.
  if (report.stored.chunks === 0 && run.outputBytes > 0 && !isUntold(run, report))
    await tables.outputs.remove(run.number);
  for (const [index, { stream, bytes }] of report.chunks.entries()) {
    await tables.outputs.addChunk(run.number, stream, report.stored.chunks + index, bytes);
  }
  await tables.runs.clearDeadline(run.number);
  await tables.pending.remove(run.hostId, run.wireNumber);
  const definitions = await currentDefinitions(tables);
  if (report.state === 'interrupted') await offerAgain(tables, definitions, run);
  if (report.state === 'succeeded') await tables.runs.release(run.number);
  else if (run.state === 'queued') await holdGroup(tables, run);
  if (report.items) await saveItems(tables, run, report.items, now);
}

/** A host that was killed tells nothing of the output; what had come of it while it ran stands. */
function isUntold(run: Run, { state, stored, chunks }: Report): boolean {
  return state === 'interrupted' && run.attempt === 1 && stored.chunks === 0 && chunks.length === 0;
}

/** Of a run that failed after it was queued again, which had lifted what it held. */
export async function holdGroup(tables: Tables, run: Run): Promise<void> {
  const command = (await currentDefinitions(tables)).commands.get(run.wireNumber);
  if (command?.jobId !== run.jobId || !command.stopOnFailure) return;
  await tables.runs.hold(run.hostId, command.commandsGroupId, run.number);
}

/** Saves item *n* to the output variable *n* of the revision that ran; '' where the list is shorter. */
async function saveItems(tables: Tables, run: Run, items: readonly string[], now: number): Promise<void> {
  const { variableIds } = await currentDefinitions(tables);
  const executed = await readExecutedRevision(tables, run);
  for (const [index, variableId] of (executed?.outputVariables ?? []).entries()) {
    if (!variableIds.has(variableId)) continue;
    await tables.variables.setValue({
      variableId,
      hostId: run.hostId,
      value: items[index] ?? '',
      setAt: now,
      setBy: `run ${run.id}`,
    });
  }
}

/** What the run executes or executed; undefined when its command is gone. */
export async function readExecutedRevision(
  tables: Tables,
  run: Run,
): Promise<Pick<CommandRevision, 'timeoutSeconds' | 'outputVariables'> | undefined> {
  const current = (await currentDefinitions(tables)).work.get(run.wireNumber);
  if (current?.revision === run.revision) return current;
  const job = await tables.jobs.byWireNumber(run.wireNumber);
  return job?.kind === 'ad_hoc' ? job : tables.commands.revision(run.wireNumber, run.revision);
}
