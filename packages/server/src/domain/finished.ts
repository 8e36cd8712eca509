import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { isSignedForAside } from '@remotes/protocol/crypto/sign';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Finished } from '@remotes/protocol/messages/finished';
import { parsePythonJson } from '@remotes/protocol/values/python-json';
import { type RunStatement, readRunStatement } from '@remotes/protocol/values/run-statement';
import type { CarriedOutput, Speaker } from './host-messages.ts';
import type { RunOutput } from './output-streams.ts';
import type { OutputStream, Run, RunStatementRow, Tables } from './ports.ts';
import { findReported, type Reported, refusalAbout } from './reported-run.ts';
import { itemsOf } from './result-reading.ts';
import { stateOf } from './run-ending.ts';
import { mayMove } from './run-moves.ts';
import { prepareReport, type Report, type Said, settleRun } from './run-report.ts';
import { stopsOfHost } from './run-stop.ts';
import { keepableStatement } from './statement-seal.ts';
import { beginsAgain, isStored } from './store-output.ts';

/** Stores how a run ended, with what the host signed. Answered only after the commit. */
export async function storeFinished(
  speaker: Speaker,
  message: Finished,
  outputs: readonly CarriedOutput[],
): Promise<readonly ServerMessage[]> {
  const { mind, host } = speaker;
  const { run, attempt, statement, signature } = message;
  const key = host.channelPublicKey;
  const isSigned = key !== undefined && (await isSignedForAside('result', key, statement, signature));
  const pieces = outputs.filter(({ message: said }) => said.run === run && said.attempt === attempt);
  const known = speaker.isLive ? mind.outputStreams.find(message, host.id) : undefined;
  const soFar = !known || beginsAgain(known, pieces) ? mind.outputStreams.whole(host.id) : known;
  const said = isSigned ? readFinished(speaker, message, pieces, soFar) : refuse('statement_invalid');
  // Whatever comes of it, this was the end; where the host has to say it again it does so from the beginning.
  mind.outputStreams.forget(message);
  if (isRefusal(said)) return [refusalAbout(message, said)];
  const report = await prepareReport(mind, said, soFar);
  const signed = { statement, signature, channelKey: host.channelKey ?? '' };
  const refusal = await mind.storage.decide('settleSealedRun', {
    hostId: host.id,
    runId: run,
    attempt,
    signed: await keepableStatement(mind, signed, { runId: run, isMasked: report.isMasked }),
    report,
    now: mind.clock(),
  });
  const answer = refusal ? refusalAbout(message, refusal) : ({ type: 'stored', run, attempt } as const);
  // On the channel what is to end is told unasked, after each report.
  return speaker.isLive ? [answer] : [answer, ...(await stopsOfHost(mind.storage.tables, host.id))];
}

/** Checks that what the host signed, its message and the output belong together. */
function readFinished(
  { host, serverKeys, isLive }: Speaker,
  message: Finished,
  pieces: readonly CarriedOutput[],
  soFar: RunOutput,
): Said | Refusal {
  const { run, attempt, statement: text, result } = message;
  const statement = readRunStatement(text);
  const stdout = restOf(pieces, 'stdout', soFar);
  const stderr = restOf(pieces, 'stderr', soFar);
  const belongs =
    statement?.server === serverKeys.serverId &&
    statement.run === run &&
    statement.attempt === attempt &&
    (statement.host ?? host.keyFingerprint) === host.keyFingerprint &&
    statement.result_sha256 === (result === null ? null : sha256Hex(result));
  if (!belongs) return refuse('statement_invalid');
  if (knowsNothing(statement)) return { ...readSaid(statement, result), stdout: [], stderr: [] };
  const isWhole =
    stdout &&
    stderr &&
    soFar.stdout.fits(statement.stdout, stdout) &&
    soFar.stderr.fits(statement.stderr, stderr);
  if (!isWhole)
    return refuse(isLive && !isSaidWhole(statement, pieces) ? 'output_wanted' : 'statement_invalid');
  return { ...readSaid(statement, result), stdout, stderr };
}

/** Whoever was killed in the middle does not know what had been said before: that stands. */
function knowsNothing({ ending, stdout, stderr }: RunStatement): boolean {
  return ending === 'interrupted' && stdout.bytes === 0 && stderr.bytes === 0;
}

/** The pieces of a stream that follow what is known of it; undefined when one is missing, or there twice. */
function restOf(
  pieces: readonly CarriedOutput[],
  stream: OutputStream,
  soFar: RunOutput,
): Buffer[] | undefined {
  const own = pieces.filter(({ message }) => message.stream === stream);
  const from = soFar[stream].next();
  if (own.some(({ message }, index) => message.chunk !== from + index)) return undefined;
  return own.map(({ data }) => data);
}

/** Whether the host has said all of the output with its report: then nothing more is to be asked of it. */
function isSaidWhole(statement: RunStatement, pieces: readonly CarriedOutput[]): boolean {
  return (['stdout', 'stderr'] as const).every(
    (stream) =>
      statement[stream].bytes === 0 ||
      pieces.some(({ message }) => message.stream === stream && message.chunk === 0),
  );
}

function readSaid(statement: RunStatement, result: string | null): Omit<Said, 'stdout' | 'stderr'> {
  const { ending, exit_code: exitCode, signal, started_at_ms: startedAt } = statement;
  const list = result === null ? undefined : itemsOf(parsePythonJson(result) ?? null);
  const isSpoilt = result !== null && list === undefined;
  const reason = statement.reason ?? (isSpoilt ? 'result_invalid' : null);
  const usual = stateOf(ending, exitCode);
  const state = usual === 'succeeded' && reason !== null ? 'failed' : usual;
  return {
    state,
    reason: reason ?? (state === 'interrupted' ? 'host_says' : null),
    exitCode,
    signal,
    startedAt,
    // As far as a column of the databases goes.
    cutBytes: Math.min(statement.stdout.cut_bytes + statement.stderr.cut_bytes, 2 ** 50),
    text: result ?? statement.message ?? undefined,
    items: state === 'succeeded' ? list : undefined,
  };
}

export type SealedReport = Reported & {
  signed: RunStatementRow;
  report: Report;
  now: number;
};

/** Decides what a signed report does. What the host signed is kept where it moves the run, and where nothing was signed before. */
export async function decideFinished(
  tables: Tables,
  { signed, report, now, ...reported }: SealedReport,
): Promise<Refusal | null> {
  const found = await findReported(tables, reported);
  if (isRefusal(found)) return found;
  const { run, isOlder } = found;
  const kept = await tables.runs.statement(run.number);
  if (!isOlder && maySettle(run, report, kept)) {
    if (!(await isStored(tables, run, report.stored))) return refuse('output_wanted');
    await tables.runs.keepStatement(run.number, signed);
    await settleRun(tables, run, report, now);
    return null;
  }
  if (!kept) await tables.runs.keepStatement(run.number, signed);
  return isOlder || run.state === report.state ? null : refuse('report_illegal');
}

/** A host that comes back and says that its run was interrupted tells more than its silence did. */
function maySettle(run: Run, report: Report, kept: RunStatementRow | undefined): boolean {
  const isFirstWord = run.state === 'interrupted' && report.state === 'interrupted' && !kept;
  return mayMove(run.state, report.state) || isFirstWord;
}
