import { signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import type { Refused } from '@remotes/protocol/messages/refused';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { RunRefusal } from '@remotes/protocol/values/run-refusal';
import { crashPoint } from '../crash-point.ts';
import { executeProgram } from '../host/execute.ts';
import type { Outcome } from '../host/outcome.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import { trouble } from '../trouble.ts';
import { sayAlive } from './heartbeat.ts';
import { isJournalRefusal, type JournalRefusal } from './journal.ts';
import type { GivenRun, JournalRun } from './journal-record.ts';
import { hashOf, refusalOfRun } from './manifest-check.ts';
import { sendOutput } from './output-sender.ts';
import { graceSeconds, outputLimitBytes, type RunReport } from './run-command.ts';
import { refusalWords } from './run-refusal-words.ts';
import { deliverSealed, sayOfRun } from './sealed-delivery.ts';
import { isStopped, nameOf, type SealedWorker } from './sealed-worker.ts';
import { leaveStopped } from './stopped-run.ts';
import { inV1Shape } from './v1-shape.ts';

export type CarriedOut = {
  readonly report: RunReport;
  /** What the server said to the report, and to what went along with it. */
  readonly answers: readonly ServerMessage[];
};

/** What more to say in the request that brings the report. */
export type Along = () => Promise<readonly Outgoing[]>;

export type Given = JournalRun & { readonly given: GivenRun };

/** Checks a run, executes it once, and reports what became of it. Throws only what is a fault. */
export async function carryOut(worker: SealedWorker, given: GiveRun, along: Along): Promise<CarriedOut> {
  crashPoint('claimed');
  const attempt = enter(worker, given);
  try {
    return await carryOutEntered(worker, given, attempt, along);
  } finally {
    attempt.leave();
  }
}

async function carryOutEntered(
  worker: SealedWorker,
  given: GiveRun,
  attempt: Entered,
  along: Along,
): Promise<CarriedOut> {
  const { sealed, journal, fingerprint } = worker;
  const run = journalRunOf(worker, given);
  const report = reportHead(worker, given);
  const code = refusalOfRun(given, {
    server: { id: worker.serverId, signingKey: sealed.server.signingKey },
    hostFingerprint: fingerprint,
    serverNowMs: sealed.serverNowMs(),
    hasBegun: journal.hasBegun,
  });
  const isRefused = code !== undefined || isStopped(worker, run.given);
  // What is claimed has its room already.
  const full = isRefused || !sealed.isLive() ? undefined : await journal.ready();
  const id = isRefused ? '' : (full ?? (await journal.begin(run)));
  attempt.decide();
  if (code !== undefined) return refuse(worker, { run, report, code }, along);
  if (isRefused) return leaveStopped(worker, { run, report }, along);
  if (isJournalRefusal(id)) return notBegun(worker, { run, report }, id);
  const outcome = await execute(worker, given, attempt);
  const refusal = await journal.finish(id, outcome);
  if (refusal !== undefined)
    worker.say(`the result of command ${run.commandId} is kept in memory only: ${refusal.sentence}`);
  const { delivery, answers } = await deliverSealed(worker, {
    given: run.given,
    ended: outcome,
    said: attempt.output.said,
    along: await along(),
  });
  if (delivery.state !== 'kept') {
    const again = await journal.stored(id);
    if (again !== undefined && refusal === undefined) worker.say(again.sentence);
  }
  return { report: { ...report, outcome, delivery }, answers };
}

async function execute(worker: SealedWorker, given: GiveRun, { stop, output }: Entered): Promise<Outcome> {
  const pass = () => stop.abort();
  worker.stop.addEventListener('abort', pass);
  if (worker.stop.aborted) pass();
  const alive = sayAlive(worker, given);
  try {
    const { pythonPath, execute: carryOutProgram = executeProgram } = worker;
    const order = { graceSeconds, outputLimitBytes, pythonPath, signal: stop.signal, tap: output.tap };
    return await carryOutProgram({ ...commandOf(given), ...order });
  } finally {
    await alive.end();
    worker.stop.removeEventListener('abort', pass);
  }
}

type Entered = ReturnType<typeof enter>;

/** Lets others know that this process carries it out. */
function enter(worker: SealedWorker, given: GiveRun) {
  const { running, stopped } = worker.standing;
  const name = nameOf(given);
  const stop = new AbortController();
  const output = sendOutput(worker, given);
  let decide = () => {};
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });
  running.set(name, {
    decided,
    stop: () => stop.abort('as an operator has stopped this run'),
    resumeOutput: output.resume,
  });
  const leave = () => {
    decide();
    running.delete(name);
    stopped.delete(name);
  };
  return { stop, output, decide, leave };
}

type Refusing = { readonly run: Given; readonly report: RunReport; readonly code: RunRefusal };

/** Says that this host does not execute the run, and why: to the server, and on its own record. */
async function refuse(
  worker: SealedWorker,
  { run, report, code }: Refusing,
  along: Along,
): Promise<CarriedOut> {
  const sentence = `it was not executed: ${refusalWords[code]} (${code})`;
  worker.say(`command ${run.commandId}: ${sentence}`);
  const refused = { ...report, refusal: { code, sentence } };
  const { given } = run;
  const message = { type: 'refused', run: given.run, attempt: given.attempt, code } satisfies Refused;
  const { delivery, answers } = await sayOfRun(worker, given, {
    compose: () => [message],
    along: await along(),
  });
  if (delivery.state === 'stored') {
    const unkept = await worker.journal.keepUnbegun(run, 'refused');
    if (unkept !== undefined) worker.say(unkept.sentence);
  }
  return { report: { ...refused, delivery }, answers };
}

/** The journal was ready when the run was claimed. Where it can't take it now, nothing more is begun either. */
async function notBegun(
  worker: SealedWorker,
  { run, report }: Omit<Refusing, 'code'>,
  { refused, sentence }: JournalRefusal,
): Promise<CarriedOut> {
  const nothing = async () => [];
  if (refused === 'begun_before') return refuse(worker, { run, report, code: 'manifest_replayed' }, nothing);
  const ownTrouble = trouble('settings', sentence);
  // Whoever holds the journal now says hello with it, and is given what was not begun.
  if (refused === 'locked') return { report: { ...report, sentence, trouble: ownTrouble }, answers: [] };
  const said = await refuse(worker, { run, report, code: 'journal_full' }, nothing);
  return { ...said, report: { ...said.report, sentence, trouble: ownTrouble } };
}

function journalRunOf({ serverUrl, serverId, host }: SealedWorker, given: GiveRun): Given {
  const { run, attempt, revision, manifest, wire_number: commandId, name } = given;
  const manifestExpiresAtMs = manifest.expires_at_ms;
  const manifestSha256 = hashOf(manifest);
  return {
    serverUrl,
    host,
    commandId,
    name,
    given: {
      server: serverId,
      run,
      job: manifest.job,
      attempt,
      revision,
      manifestExpiresAtMs,
      manifestSha256,
    },
  };
}

function reportHead({ sealed, serverUrl }: SealedWorker, given: GiveRun): RunReport {
  const { run, attempt, wire_number: id, name } = given;
  const command = commandOf(given);
  return {
    commandId: id,
    answer: inV1Shape({ id, name, timeout: command.timeoutSeconds }, serverUrl),
    command,
    order: { run, attempt, signed_by: signingKeyFingerprint(sealed.server.signingKey) },
  };
}

/** Interpreter and time limit are those of the manifest: they come no other way. */
function commandOf({ name, program, settings, variables, manifest }: GiveRun) {
  const { timeout_ms } = manifest;
  // Whether this machine has it, and this client knows it, is found out by starting it.
  const interpreter = manifest.interpreter as Interpreter;
  return { name, program, settings, variables, interpreter, timeoutSeconds: timeout_ms / 1000 };
}
