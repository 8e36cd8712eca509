import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { newSigningKey, signFor, signingPublicText } from '@remotes/protocol/crypto/sign';
import { isRefusal, type Refusal } from '@remotes/protocol/errors';
import {
  type HostMessage,
  readHostMessage,
  readServerMessage,
  type ServerMessage,
} from '@remotes/protocol/messages';
import type { Claim, Claimed, GiveRun } from '@remotes/protocol/messages/claim';
import type { Hello, Welcome } from '@remotes/protocol/messages/hello';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { RunStatement } from '@remotes/protocol/values/run-statement';
import {
  answerHostMessage,
  type CarriedOutput,
  type Speaker,
  type WorkMessage,
} from '../../src/domain/host-messages.ts';
import { createMachine, type Fleet } from './small-fleet.ts';

export type Told = Partial<Pick<Hello, 'boot' | 'held' | 'journal' | 'capability' | 'facts'>>;

/** What a report says beyond the usual: a program that exited with 0 and printed and returned nothing. */
export type Ended = {
  stdout?: string | Buffer;
  stderr?: string | Buffer;
  result?: string | null;
  /** Changes what is signed. */
  statement?: Partial<RunStatement>;
  /** Signs with another key. */
  key?: KeyObject;
};

/** A host that has proved its channel key, in a fleet of the domain: says messages and hears the answers. */
export async function createSealedMachine(fleet: Fleet) {
  const { mind } = fleet;
  const { tables } = mind.storage;
  const machine = createMachine(fleet);
  await machine.enrol(await fleet.addToken());
  const channel = createPrivateKey(newSigningKey().privatePem);
  const { id: hostId } = (await tables.hosts.byUuid(machine.uuid))!;
  const { storeId } = await tables.server.read();
  await fleet.administer((all) =>
    all.hosts.change(hostId, {
      channelKey: signingPublicText(channel),
      channelKeyEnrolledAt: mind.clock(),
      toldStoreId: storeId,
    }),
  );
  const journal = { id: randomUUID(), is_intact: true };
  const { serverId } = await mind.serverKeys();

  let counter = 0;
  const speaker = async (): Promise<Speaker> => {
    const host = await tables.hosts.byId(hostId);
    if (!host) throw new Error('The host is gone.');
    const { epoch } = await mind.definitions.current();
    const known = mind.knownHosts.keep(hostId, epoch, host, await tables.hostsGroups.ofHost(hostId));
    counter += 1;
    const order = { begunAt: mind.clock(), counter, at: mind.clock() };
    return { mind, host: known, serverKeys: await mind.serverKeys(), order, isLive: false };
  };
  const say = async (
    message: WorkMessage,
    outputs: readonly CarriedOutput[] = [],
  ): Promise<readonly ServerMessage[] | Refusal> => {
    const sent = JSON.parse(JSON.stringify(message));
    if (typeof readHostMessage(sent) === 'string') throw new Error('No host would say that.');
    const answers = await answerHostMessage(await speaker(), sent, outputs);
    for (const answer of isRefusal(answers) ? [] : answers) {
      if (typeof readServerMessage(answer) === 'string') throw new Error('No server would say that.');
    }
    return answers;
  };
  const hear = async (message: WorkMessage, outputs?: readonly CarriedOutput[]) => {
    const answers = await say(message, outputs);
    if (isRefusal(answers)) throw new Error(answers.sentence);
    return answers;
  };

  const outputsOf = ({ run, attempt }: Given, { stdout = '', stderr = '' }: Ended): CarriedOutput[] =>
    (
      [
        ['stdout', stdout],
        ['stderr', stderr],
      ] as const
    ).flatMap(([stream, text]) => {
      const bytes = Buffer.from(text as string);
      const half = Math.ceil(bytes.length / 2);
      const pieces = bytes.length === 0 ? [] : [bytes.subarray(0, half), bytes.subarray(half)];
      return pieces.map((data, chunk) => ({
        message: { type: 'output' as const, run, attempt, stream, chunk, bytes: data.length },
        data,
      }));
    });

  const statementOf = (
    { run, attempt }: Given,
    { stdout = '', stderr = '', result = null, statement = {} }: Ended,
  ): RunStatement => ({
    version: 1,
    server: serverId,
    run,
    attempt,
    ending: 'exited',
    exit_code: 0,
    signal: null,
    reason: null,
    message: null,
    started_at_ms: 1_000,
    duration_ms: 20,
    result_sha256: result === null ? null : sha256Hex(result),
    stdout: { ...describe(stdout), cut_bytes: 0 },
    stderr: { ...describe(stderr), cut_bytes: 0 },
    ...statement,
  });
  const finishedOf = (given: Given, ended: Ended): Extract<HostMessage, { type: 'finished' }> => {
    const statement = canonicalJson(statementOf(given, ended));
    return {
      type: 'finished',
      run: given.run,
      attempt: given.attempt,
      statement,
      signature: signFor('result', ended.key ?? channel, statement),
      result: ended.result ?? null,
    };
  };

  return {
    ...machine,
    hostId,
    channel,
    journal,
    say,
    outputsOf,
    finishedOf,
    async hello(told: Told = {}): Promise<Welcome> {
      const facts = {
        hostname: 'web1',
        os: 'linux',
        os_release: '6',
        architecture: 'x64',
        client_version: '1',
      };
      const [welcome] = await hear({
        type: 'hello',
        capability: 1,
        facts,
        boot: 'boot 1',
        journal,
        held: [],
        ...told,
      });
      if (welcome?.type !== 'welcome') throw new Error('That is no welcome.');
      return welcome;
    },
    async claim(asked: Partial<Claim> = {}): Promise<{ runs: GiveRun[]; claimed: Claimed }> {
      const answers = await hear({ type: 'claim', limit: 100, ...asked });
      const claimed = answers.at(-1);
      if (claimed?.type !== 'claimed') throw new Error('Nothing is said to be claimed.');
      return { runs: answers.slice(0, -1) as GiveRun[], claimed };
    },
    /** Claims what is expected to be there, alone. */
    async claimOne(): Promise<GiveRun> {
      const { runs } = await this.claim({ limit: 1 });
      if (!runs[0]) throw new Error('There is nothing to claim.');
      return runs[0];
    },
    /** What is answered to a report: the type, or the refusal's code. */
    async finish(given: Given, ended: Ended = {}): Promise<string> {
      return spoken(await hear(finishedOf(given, ended), outputsOf(given, ended)));
    },
    async start({ run, attempt }: Given, startedAt = 1_000): Promise<string> {
      return spoken(await hear({ type: 'started', run, attempt, started_at_ms: startedAt }));
    },
    async refuse({ run, attempt }: Given): Promise<string> {
      return spoken(await hear({ type: 'refused', run, attempt, code: 'manifest_expired' }));
    },
  };
}
export type SealedMachine = Awaited<ReturnType<typeof createSealedMachine>>;

/** By what a host speaks of a run. */
export type Given = Pick<GiveRun, 'run' | 'attempt'>;

function describe(text: string | Buffer): { bytes: number; sha256: string } {
  const bytes = Buffer.from(text as string);
  return { bytes: bytes.length, sha256: sha256Hex(bytes) };
}

function spoken(answers: readonly ServerMessage[]): string {
  if (answers.length > 1) throw new Error('That is more than one answer.');
  const [answer] = answers;
  if (answer?.type === 'refusal') return answer.code;
  return answer?.type ?? 'nothing';
}
