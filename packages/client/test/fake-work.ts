import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { readRsaPublicKey, rsaFingerprint } from '@remotes/protocol/crypto/rsa';
import { isSignedFor } from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Claim, GiveRun } from '@remotes/protocol/messages/claim';
import type { Finished } from '@remotes/protocol/messages/finished';
import type { Hello, Welcome } from '@remotes/protocol/messages/hello';
import type { Output } from '@remotes/protocol/messages/output';
import type { Carried } from '@remotes/protocol/messages/payload';
import type { PastRun, Ran } from '@remotes/protocol/messages/ran';
import type { Refused } from '@remotes/protocol/messages/refused';
import type { Started } from '@remotes/protocol/messages/started';
import type { RunStatement } from '@remotes/protocol/values/run-statement';
import type { FakeSealedServer } from './fake-sealed-server.ts';
import { giveRun, type Ordered } from './given-run.ts';
import type { PinnedHost } from './session/pinned-host.ts';
import { vectors } from './vectors.ts';

type Reported = Finished & {
  readonly said: RunStatement;
  readonly stdout: string;
  readonly stderr: string;
};

export type FakeWork = {
  /** The batches that claims are answered with, one each. */
  readonly due: GiveRun[][];
  /** Signed as an honest server does. */
  readonly give: (
    order: Omit<Ordered, 'serverId' | 'signing' | 'host' | 'nowMs'> & Partial<Ordered>,
  ) => GiveRun;
  readonly hellos: Hello[];
  readonly claims: Claim[];
  readonly finished: Reported[];
  readonly refused: Refused[];
  readonly started: Started[];
  readonly told: PastRun[];
  readonly stopAsked: Set<string>;
  readonly welcome: Omit<Welcome, 'type' | 'time_ms'>;
  /** What these runs' reports are answered with in the place of `stored`. */
  readonly refusals: Map<string, string>;
  /** How it gives again, as an honest server does, what was given and is neither reported nor held by whoever says hello. */
  giveAgain: (given: GiveRun) => GiveRun | undefined;
  /** What has come of its output so far. */
  readonly printed: (run: string, stream: 'stdout' | 'stderr') => string;
  readonly forgetOutput: () => void;
};

/** The fingerprint of a pinned host's RSA key. */
const hostFingerprint = rsaFingerprint(readRsaPublicKey(vectors.rsa_keys.main.public_spki_pem)!);

/** Work for a pinned host, beside what the fake server does by itself. */
export function offerWork(fake: FakeSealedServer, host: PinnedHost): FakeWork {
  const work: FakeWork = {
    due: [],
    give: (order) =>
      giveRun({
        serverId: fake.serverId,
        signing: fake.signing,
        host: hostFingerprint,
        nowMs: fake.nowMs(),
        ...order,
      }),
    hellos: [],
    claims: [],
    finished: [],
    refused: [],
    started: [],
    told: [],
    stopAsked: new Set(),
    welcome: { capability: 1, claim_limit: 8, heartbeat_seconds: 1, wants_past: false, unknown: [] },
    refusals: new Map(),
    giveAgain: () => undefined,
    printed: (run, stream) => Buffer.concat(outputs.get(run + stream) ?? []).toString(),
    forgetOutput: () => outputs.clear(),
  };
  const given = new Map<string, GiveRun>();
  const outputs = new Map<string, Buffer[]>();
  const begunByRequest = new Set<string>();

  fake.answer('hello', (message: Hello) => {
    work.hellos.push(message);
    for (const { run } of message.held) given.delete(run);
    const again = [...given.values()].flatMap((one) => work.giveAgain(one) ?? []);
    if (again.length > 0) work.due.unshift(again);
    const streams = message.held.flatMap(({ run, attempt }) => {
      const [stdout = 0, stderr = 0] = ['stdout', 'stderr'].map(
        (stream) => outputs.get(run + stream)?.length,
      );
      return stdout + stderr === 0 ? [] : [{ run, attempt, stdout, stderr }];
    });
    return [{ type: 'welcome', time_ms: fake.nowMs(), ...work.welcome, streams }];
  });
  fake.answer('ran', (message: Ran) => {
    work.told.push(...message.runs);
    if (message.is_last) Object.assign(work.welcome, { wants_past: false });
    return [{ type: 'recalled', learnt: message.runs.length }];
  });
  fake.answer('claim', (message: Claim): ServerMessage[] => {
    work.claims.push(message);
    if (work.welcome.wants_past) return [refusal('claim', 'past_wanted')];
    const runs = work.due.shift() ?? [];
    for (const one of runs) given.set(one.run, one);
    const has_more = work.due.length > 0;
    return [...runs, { type: 'claimed', runs: runs.length, has_more, time_ms: fake.nowMs() }];
  });
  const pastWanted = ({ type, run }: Started | Finished | Refused): ServerMessage[] | undefined =>
    work.welcome.wants_past ? [{ ...refusal(type, 'past_wanted'), run }] : undefined;
  const stops = () =>
    [...given.values()]
      .filter(({ run }) => work.stopAsked.has(run))
      .map(({ run, attempt }) => ({ type: 'stop', run, attempt }) as const);
  fake.answer('started', (message: Started) => {
    work.started.push(message);
    return pastWanted(message) ?? stops();
  });
  fake.answer('output', ({ run, stream, chunk }: Output, { data }: Carried, isLive) => {
    // What came by the channel is nothing that a request could go on from.
    if (!isLive && chunk > 0 && !begunByRequest.has(run + stream)) outputs.delete(run + stream);
    if (!isLive && chunk === 0) begunByRequest.add(run + stream);
    const before = chunk === 0 ? [] : (outputs.get(run + stream) ?? []);
    if (before.length === chunk) outputs.set(run + stream, [...before, Buffer.from(data)]);
    return [];
  });
  fake.answer('finished', (message: Finished, _, isLive) => {
    const { run, attempt, statement, signature } = message;
    for (const stream of isLive ? [] : ['stdout', 'stderr'])
      if (!begunByRequest.delete(run + stream)) outputs.delete(run + stream);
    const [stdout, stderr] = [work.printed(run, 'stdout'), work.printed(run, 'stderr')];
    const reported: Reported = { ...message, said: JSON.parse(statement), stdout, stderr };
    const { said } = reported;
    // Whoever was killed knows nothing more of what it has said.
    const isLost = said.ending === 'interrupted' && said.stdout.bytes + said.stderr.bytes === 0;
    for (const stream of isLost ? [] : (['stdout', 'stderr'] as const))
      if (said[stream].sha256 !== sha256Hex(Buffer.concat(outputs.get(run + stream) ?? []))) {
        const isLess = Buffer.byteLength(reported[stream]) < said[stream].bytes;
        return [{ ...refusal('finished', isLive && isLess ? 'output_wanted' : 'statement_invalid'), run }];
      }
    for (const stream of ['stdout', 'stderr']) outputs.delete(run + stream);
    if (!isSignedFor('result', host.channelKey.key, statement, signature))
      return [{ ...refusal('finished', 'statement_invalid'), run }];
    const wanted = pastWanted(message);
    if (wanted !== undefined) return wanted;
    const code = work.refusals.get(run);
    if (code !== undefined) return [{ ...refusal('finished', code), run }];
    work.finished.push(reported);
    given.delete(run);
    return [{ type: 'stored', run, attempt }, ...stops()];
  });
  fake.answer('refused', (message: Refused) => {
    const wanted = pastWanted(message);
    if (wanted !== undefined) return wanted;
    work.refused.push(message);
    given.delete(message.run);
    return [{ type: 'stored', run: message.run, attempt: message.attempt }];
  });
  fake.answer('commands_list', () => [
    {
      type: 'commands',
      results: work.due.flat().map(({ group, wire_number: command }) => ({ group, command })),
    },
  ]);
  return work;
}

export function refusal(of: string, code: string) {
  return { type: 'refusal', of, code, sentence: `The fake says ${code}.` } as const;
}
