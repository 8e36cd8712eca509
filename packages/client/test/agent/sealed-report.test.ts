import { createHash, randomUUID } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { isSignedFor } from '@remotes/protocol/crypto/sign';
import { readHostMessage } from '@remotes/protocol/messages';
import type { Finished } from '@remotes/protocol/messages/finished';
import { readPayload, writePayload } from '@remotes/protocol/messages/payload';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { RunStatement } from '@remotes/protocol/values/run-statement';
import { describe, expect, test } from 'vitest';
import { type Ended, endOf, reportOf } from '../../src/agent/sealed-report.ts';
import { newKey } from '../fake-sealed-server.ts';
import { outcome, run } from './journal-folder.ts';

const channel = newKey();
const manifestSha256 = sha256Hex('manifest');
const host = sha256Hex('host');
const order = { server: randomUUID(), run: randomUUID(), attempt: 2 };
const given = { ...order, manifestSha256 };
const signer = { channelKey: channel.key, fingerprint: host };

/** What a server reads, checked as a server does. */
function said(ended: Ended, limitBytes?: number) {
  const limits = limitBytes === undefined ? {} : { limitBytes };
  const messages = reportOf(given, ended, { ...signer, ...limits });
  const whole = writePayload(messages);
  const read = readPayload(whole)!;
  for (const { message } of read) expect(readHostMessage(message)).toBe(message);
  const finished = read.at(-1)!.message as unknown as Finished;
  expect(isSignedFor('result', channel.key, finished.statement, finished.signature)).toBe(true);
  const statement = JSON.parse(finished.statement) as RunStatement;
  expect(canonicalJson(statement)).toBe(finished.statement);
  expect(Object.keys(statement)).toEqual(Object.keys(RunStatement.properties).sort());
  const output = (stream: string) =>
    Buffer.concat(read.filter(({ message }) => message.stream === stream).map(({ data }) => data));
  const hash = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
  for (const stream of ['stdout', 'stderr'] as const) {
    const pieces = read.filter(({ message }) => message.stream === stream);
    expect(pieces.map(({ message }) => message.chunk)).toEqual(pieces.map((_, chunk) => chunk));
    expect(statement[stream]).toMatchObject({ bytes: output(stream).length, sha256: hash(output(stream)) });
  }
  expect(statement.result_sha256).toBe(finished.result === null ? null : hash(finished.result));
  return { statement, finished, stdout: output('stdout'), stderr: output('stderr'), bytes: whole.length };
}

describe('a report', () => {
  test('is the run’s, byte for byte, and signed', () => {
    const { statement, finished, stdout, stderr } = said(outcome);
    expect(statement).toMatchObject({
      ...{ version: 1, ...order, host, manifest_sha256: manifestSha256 },
      ...{ ending: 'exited', exit_code: 3, signal: null, reason: null, message: null },
      ...{ started_at_ms: outcome.startedAtMs, duration_ms: 12, stderr: { cut_bytes: 12 } },
    });
    expect([stdout, stderr, finished.result]).toEqual([outcome.stdout, outcome.stderr, outcome.resultText]);
  });

  test('of a program that printed and returned nothing has no pieces', () => {
    const nothing = Buffer.alloc(0);
    const ended = { ...outcome, stdout: nothing, stderr: nothing, resultText: undefined };
    expect(reportOf(given, ended, signer)).toHaveLength(1);
    expect(said(ended).finished.result).toBeNull();
  });

  test('of a long output goes in pieces, in their order', () => {
    const stdout = Buffer.from(Array.from({ length: 400_000 }, (_, line) => `line ${line}\n`).join(''));
    expect(said({ ...outcome, stdout }).stdout).toEqual(stdout);
  });

  test('goes on behind what was said while the program ran, and speaks of the whole', () => {
    const stdout = Buffer.from('one two three');
    const from = { stdout: { chunks: 2, bytes: 8 }, stderr: { chunks: 0, bytes: 0 } };
    const ended = { ...outcome, stdout, stderr: Buffer.from('err') };
    const messages = reportOf(given, ended, signer, from);
    const chunks = readPayload(writePayload(messages))!.filter(({ message }) => message.type === 'output');
    expect(chunks.map(({ message, data }) => [message.stream, message.chunk, data.toString()])).toEqual([
      ['stdout', 2, 'three'],
      ['stderr', 0, 'err'],
    ]);
    const all = reportOf(given, ended, signer);
    expect((messages.at(-1) as Finished).statement).toBe((all.at(-1) as Finished).statement);
  });

  test('says all of an output from the beginning that had to be cut otherwise than it was said', () => {
    const ended = { ...outcome, stdout: Buffer.alloc(900_000, 'a') };
    const from = { stdout: { chunks: 2, bytes: 400_000 }, stderr: { chunks: 0, bytes: 0 } };
    const [first] = reportOf(given, ended, { ...signer, limitBytes: 500_000 }, from);
    expect(first).toMatchObject({ message: { stream: 'stdout', chunk: 0 } });
  });

  test('stays below what a server takes: the outputs give way, the list stays whole', () => {
    const resultText = `[\n  "${'\\"'.repeat(200_000)}"\n]`;
    const ended = {
      ...outcome,
      stdout: Buffer.alloc(900_000, 'a'),
      stderr: Buffer.alloc(50_000, 'b'),
      resultText,
    };
    const { statement, finished, stdout, stderr, bytes } = said(ended, 1_000_000);
    expect(bytes).toBeLessThan(1_010_000);
    expect(finished.result).toBe(resultText);
    expect(stderr.length).toBe(50_000);
    expect(stdout.toString()).toMatch(/^a+\n\[\.\.\. \d+ bytes cut here \.\.\.\]\na+$/);
    expect(statement.stdout.cut_bytes).toBeGreaterThan(700_000);
  });

  test('without room for the list leaves it out, and the run has failed', () => {
    const { statement, finished } = said(
      { ...outcome, exitCode: 0, resultText: `["${'x'.repeat(9000)}"]` },
      5000,
    );
    expect(finished.result).toBeNull();
    expect(statement).toMatchObject({
      exit_code: 0,
      reason: 'result_invalid',
      message: expect.stringMatching(/longer/),
    });
  });

  test('holds a sentence of any length and any characters', () => {
    const { statement } = said({ ...outcome, sentence: `"${'\ud800'.repeat(9000)}` });
    expect(statement.message).toMatch(/^"\ufffd+$/);
  });
});

describe('what is said of a run that a kill has cut off', () => {
  const held = { id: 'x', run, begunAtMs: 5, isFromEarlierBoot: false };

  test('is that it was interrupted, and by what', () => {
    expect(said(endOf(held)).statement).toMatchObject({
      ...{
        ending: 'interrupted',
        reason: 'client_ended',
        exit_code: null,
        started_at_ms: 5,
        duration_ms: null,
      },
      message: expect.stringContaining('the client was ended'),
    });
    expect(said(endOf({ ...held, isFromEarlierBoot: true })).statement).toMatchObject({
      reason: 'host_rebooted',
      message: expect.stringContaining('the host was restarted'),
    });
  });

  test('is its end, when that was seen', () => {
    expect(endOf({ ...held, outcome })).toBe(outcome);
  });
});
