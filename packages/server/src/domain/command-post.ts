import { openFernet } from '@remotes/protocol/crypto/fernet';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { CommandPostAnswer } from '@remotes/protocol/requests/command-post';
import { currentDefinitions } from './definitions.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { cutOutput } from './output-cut.ts';
import type { OutputStream, Run, Tables } from './ports.ts';
import { readResult, readWithoutResult, storableText } from './result-reading.ts';
import { type Ending, readEnding } from './run-ending.ts';
import { mayMove } from './run-moves.ts';
import { offerAgain } from './run-overdue.ts';
import { maskBytes, maskText } from './secret-mask.ts';
import { secretSpellings } from './secret-setting.ts';

/** Whether this host has been given this command at all; asked before the body is read. */
export async function checkRunOfHost(
  mind: Mind,
  host: KnownHost,
  wireNumber: number,
): Promise<Refusal | undefined> {
  const run = await mind.storage.tables.runs.ofHost(host.id, wireNumber);
  return run ? undefined : refuse('not_this_hosts_command');
}

/** Stores what became of a command. Answered only after the commit. */
export async function postCommand(
  mind: Mind,
  host: KnownHost,
  wireNumber: number,
  fields: Readonly<Record<string, unknown>>,
): Promise<CommandPostAnswer | Refusal> {
  const { output, result } = fields;
  if (typeof output !== 'string') return refuse('missing_output');
  if (typeof result !== 'string') return refuse('missing_result');
  const outputBytes = openFernet(host.uuidKey, output);
  if (!outputBytes) return refuse('invalid_output');
  const resultBytes = openFernet(host.uuidKey, result);
  if (!resultBytes) return refuse('invalid_result');
  const report = await readReport(mind, outputBytes, resultBytes, readEnding(host.uuidKey, fields.ending));
  const stored = await mind.storage.decide('finishRun', {
    hostId: host.id,
    wireNumber,
    now: mind.clock(),
    ...report,
  });
  if (isRefusal(stored)) return stored;
  return { status: 'OK', results: { id: stored.number } };
}

/** What a host says of a run that ended, ready to be stored. */
export type Report = {
  state: Ending['state'];
  exitCode: number | null;
  signal: string | null;
  chunks: { stream: OutputStream; bytes: Uint8Array }[];
  result: string | null;
  items: string[] | undefined;
  outputBytes: number;
  cutBytes: number;
  isMasked: boolean;
};

async function readReport(
  mind: Mind,
  outputBytes: Buffer,
  resultBytes: Buffer,
  ending: Ending | undefined,
): Promise<Report> {
  const reading = (ending?.isWithoutResult ? readWithoutResult : readResult)(resultBytes.toString('utf8'));
  const secrets = secretSpellings(mind.masterKey, await mind.definitions.current());
  const maskedOutput = maskBytes(outputBytes, secrets);
  const maskedStderr = maskText(reading.stderr, secrets);
  const maskedText = reading.text === undefined ? undefined : maskText(reading.text, secrets);
  const stdout = cutOutput(maskedOutput, mind.limits.outputBytes);
  const stderr = cutOutput(Buffer.from(maskedStderr), mind.limits.outputBytes);
  return {
    // Without a list there is no success, whatever the client calls it, unless it says that nothing was returned.
    state: reading.ending === 'succeeded' ? 'succeeded' : failureOf(ending),
    exitCode: ending?.exitCode ?? null,
    signal: ending?.signal ?? null,
    chunks: [
      ...stdout.parts.map((bytes) => ({ stream: 'stdout' as const, bytes })),
      ...stderr.parts.map((bytes) => ({ stream: 'stderr' as const, bytes })),
    ],
    result: maskedText === undefined ? null : storableText(maskedText),
    items: reading.items?.map((item) => maskText(item, secrets)),
    outputBytes: maskedOutput.length + Buffer.byteLength(maskedStderr),
    cutBytes: stdout.cutBytes + stderr.cutBytes,
    isMasked: maskedOutput !== outputBytes || maskedStderr !== reading.stderr || maskedText !== reading.text,
  };
}

function failureOf(ending: Ending | undefined): Report['state'] {
  return ending === undefined || ending.state === 'succeeded' ? 'failed' : ending.state;
}

/** Decides what a report does: the first ends the run, a late one settles it, any further one changes nothing. */
export async function decideReport(
  tables: Tables,
  report: Report & { hostId: number; wireNumber: number; now: number },
): Promise<{ number: number } | Refusal> {
  const { hostId, wireNumber, now } = report;
  const run = await tables.runs.ofHost(hostId, wireNumber);
  if (!run) return refuse('not_this_hosts_command');
  if (!mayMove(run.state, report.state)) return { number: run.number };
  await tables.runs.change(run.number, {
    state: report.state,
    reason: report.state === 'interrupted' ? 'host_says' : null,
    exitCode: report.exitCode,
    signal: report.signal,
    finishedAt: now,
    result: report.result,
    outputBytes: report.outputBytes,
    outputCutBytes: report.cutBytes,
    isMasked: report.isMasked,
  });
  // Whoever settles an interrupted run may have said something before.
  if (run.state === 'interrupted') await tables.outputs.remove(run.number);
  for (const [chunk, { stream, bytes }] of report.chunks.entries()) {
    await tables.outputs.addChunk(run.number, stream, chunk, bytes);
  }
  await tables.runs.clearDeadline(run.number);
  await tables.pending.remove(hostId, wireNumber);
  const definitions = await currentDefinitions(tables);
  if (report.state === 'interrupted') await offerAgain(tables, definitions, run);
  if (report.state === 'succeeded') await tables.runs.release(run.number);
  if (report.items) await saveItems(tables, run, report.items, now);
  return { number: run.number };
}

/** Saves item *n* to the output variable *n* of the revision that ran; '' where the list is shorter. */
async function saveItems(tables: Tables, run: Run, items: readonly string[], now: number): Promise<void> {
  const definitions = await currentDefinitions(tables);
  const current = definitions.commands.get(run.wireNumber);
  const executed =
    current?.revision === run.revision
      ? current
      : await tables.commands.revision(run.wireNumber, run.revision);
  for (const [index, variableId] of (executed?.outputVariables ?? []).entries()) {
    if (!definitions.variableIds.has(variableId)) continue;
    await tables.variables.setValue({
      variableId,
      hostId: run.hostId,
      value: items[index] ?? '',
      setAt: now,
      setBy: `run ${run.id}`,
    });
  }
}
