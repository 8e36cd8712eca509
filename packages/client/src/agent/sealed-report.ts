import type { KeyObject } from 'node:crypto';
import { createHash } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { signFor } from '@remotes/protocol/crypto/sign';
import type { Finished } from '@remotes/protocol/messages/finished';
import type { Output } from '@remotes/protocol/messages/output';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { RunStatement } from '@remotes/protocol/values/run-statement';
import type { Outcome } from '../host/outcome.ts';
import { keepEnds } from '../host/output-ends.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import type { HeldRun } from './journal.ts';
import type { GivenRun } from './journal-record.ts';
import { interruptionSentence } from './run-texts.ts';

/** How a run ended, with the one ending that no outcome has. */
export type Ended = Omit<Outcome, 'ending' | 'reason' | 'startedAtMs' | 'durationMs'> & {
  readonly ending: RunStatement['ending'];
  readonly reason?: string | undefined;
  /** Null where the program was never started. */
  readonly startedAtMs: number | null;
  readonly durationMs: number | null;
};

type Signer = {
  readonly channelKey: KeyObject;
  /** Of the host's RSA key. */
  readonly fingerprint: string;
  readonly limitBytes?: number;
};

/** What a server that names no limit takes of outputs and result in one request. */
export const usualReportBytes = 15 * 1024 * 1024;

/** Of each stream: with how many chunks so many of its bytes were said before. */
export type SaidOutput = Readonly<
  Record<'stdout' | 'stderr', { readonly chunks: number; readonly bytes: number }>
>;

export const nothingSaid: SaidOutput = { stdout: { chunks: 0, bytes: 0 }, stderr: { chunks: 0, bytes: 0 } };

/** The most that a chunk may hold on the live channel. */
export const mostChunkBytes = 64 * 1024;

/** What is said of a run that ended: its output in chunks as far as it was not said before, then the signed statement. Outputs and result are kept below the limit. */
export function reportOf(
  { server, run, attempt, manifestSha256 }: Pick<GivenRun, 'server' | 'run' | 'attempt' | 'manifestSha256'>,
  ended: Ended,
  { channelKey, fingerprint, limitBytes = usualReportBytes }: Signer,
  said: SaidOutput = nothingSaid,
): Outgoing[] {
  const { result, stdout, stderr, ...end } = fitted(ended, limitBytes);
  const statement = canonicalJson({
    version: 1,
    server,
    run,
    attempt,
    host: fingerprint,
    ...(manifestSha256 === undefined ? {} : { manifest_sha256: manifestSha256 }),
    ending: end.ending,
    exit_code: end.exitCode ?? null,
    signal: end.signal ?? null,
    reason: end.reason ?? null,
    message: end.sentence?.slice(0, longestMessage).toWellFormed() ?? null,
    started_at_ms: end.startedAtMs,
    duration_ms: end.durationMs,
    result_sha256: result === null ? null : sha256Hex(result),
    stdout: streamOf(stdout, end.cutBytes.stdout),
    stderr: streamOf(stderr, end.cutBytes.stderr),
  } satisfies RunStatement);
  const signature = signFor('result', channelKey, statement);
  const finished: Finished = { type: 'finished', run, attempt, statement, signature, result };
  // What was cut anew begins otherwise than what was said.
  const from = stdout === ended.stdout && stderr === ended.stderr ? said : nothingSaid;
  return [
    ...chunks({ type: 'output', run, attempt, stream: 'stdout' }, stdout, from.stdout),
    ...chunks({ type: 'output', run, attempt, stream: 'stderr' }, stderr, from.stderr),
    finished,
  ];
}

/** What can be said of a run that is held: how it ended, or that nobody knows. */
export function endOf({ outcome, begunAtMs, isFromEarlierBoot }: HeldRun): Ended {
  if (outcome !== undefined) return outcome;
  return {
    ending: 'interrupted',
    reason: isFromEarlierBoot ? 'host_rebooted' : 'client_ended',
    sentence: interruptionSentence(isFromEarlierBoot),
    stdout: nothing,
    stderr: nothing,
    cutBytes: { stdout: 0, stderr: 0 },
    startedAtMs: begunAtMs,
    durationMs: null,
  };
}

/** A list is of no use in parts: the outputs give way to it, and what is too long even so is left out and said to be. */
function fitted(ended: Ended, limitBytes: number): Ended & { readonly result: string | null } {
  const result = ended.resultText?.toWellFormed() ?? null;
  const resultBytes = result === null ? 0 : Buffer.byteLength(JSON.stringify(result));
  if (resultBytes > limitBytes) {
    const why = 'The result is longer than the server takes: it was left out.';
    const sentence = [ended.sentence, why].filter(Boolean).join(' ');
    return fitted({ ...ended, resultText: undefined, reason: 'result_invalid', sentence }, limitBytes);
  }
  const room = limitBytes - resultBytes;
  if (ended.stdout.length + ended.stderr.length <= room) return { ...ended, result };
  const stderr = cut(ended.stderr, Math.max(Math.floor(room / 2), room - ended.stdout.length));
  const stdout = cut(ended.stdout, room - stderr.bytes.length);
  const cutBytes = {
    stdout: ended.cutBytes.stdout + stdout.cutBytes,
    stderr: ended.cutBytes.stderr + stderr.cutBytes,
  };
  return { ...ended, result, stdout: stdout.bytes, stderr: stderr.bytes, cutBytes };
}

function cut(bytes: Buffer, limitBytes: number) {
  const ends = keepEnds(limitBytes);
  ends.add(bytes);
  return ends.finish();
}

function streamOf(bytes: Buffer, cutBytes: number) {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes: bytes.length, sha256, cut_bytes: cutBytes };
}

function chunks(
  head: Omit<Output, 'chunk' | 'bytes'>,
  bytes: Buffer,
  said: SaidOutput['stdout'],
): Outgoing[] {
  const rest = bytes.subarray(said.bytes);
  const count = Math.ceil(rest.length / mostChunkBytes);
  return Array.from({ length: count }, (_, index) => ({
    message: { ...head, chunk: said.chunks + index },
    data: rest.subarray(index * mostChunkBytes, (index + 1) * mostChunkBytes),
  }));
}

const nothing = Buffer.alloc(0);
/** Of the 4000 characters that a statement has room for, counted before JSON spells some of them longer. */
const longestMessage = 2000;
