import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { isSignedFor, newSigningKey, signFor, signingPublicText } from '@remotes/protocol/crypto/sign';
import type { Finished } from '@remotes/protocol/messages/finished';
import { describe, expect, test } from 'vitest';
import type { CarriedOutput } from '../../src/domain/host-messages.ts';
import { sealSetting } from '../../src/domain/secret-setting.ts';
import { shownStatement } from '../../src/domain/statement-seal.ts';
import { eachDatabase } from '../databases.ts';
import { createSealedMachine, type Ended } from './sealed-machine.ts';
import { createFleet } from './small-fleet.ts';

describe('a finished run', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const { tables } = database.storage;
      await machine.hello();
      const runOf = async (id: string) => (await tables.runs.byId(id))!;
      const outputOf = async (id: string) => {
        const chunks = await tables.outputs.chunks((await runOf(id)).number);
        const of = (wanted: string) =>
          Buffer.concat(chunks.filter(({ stream }) => stream === wanted).map((chunk) => chunk.bytes));
        return { stdout: of('stdout').toString('latin1'), stderr: of('stderr').toString('latin1') };
      };
      /** Sends a report that was changed on its way from what the host would have said. */
      const forge = async (
        given: { run: string; attempt: number },
        ended: Ended,
        change: (message: Finished, outputs: CarriedOutput[]) => [Finished, CarriedOutput[]],
      ) => {
        const [message, outputs] = change(machine.finishedOf(given, ended), machine.outputsOf(given, ended));
        const answers = await machine.say(message, outputs);
        const [answer] = Array.isArray(answers) ? answers : [];
        return answer?.type === 'refusal' ? answer.code : answer?.type;
      };
      return { database, fleet, machine, tables, runOf, outputOf, forge };
    };

    test('is stored whole, with exit code, times and what the host signed', async () => {
      const { fleet, machine, tables, runOf, outputOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      const ended = {
        stdout: Buffer.from(' a\0\xff \n', 'latin1'),
        stderr: 'careful\n',
        result: '["x", 1.0]',
      };
      expect(await machine.finish(given, ended)).toBe('stored');
      const run = await runOf(given.run);
      expect(run).toMatchObject({
        state: 'succeeded',
        reason: null,
        exitCode: 0,
        signal: null,
        startedAt: 1_000,
        finishedAt: fleet.mind.clock(),
        result: '["x", 1.0]',
        outputBytes: 14,
      });
      expect(await outputOf(given.run)).toEqual({ stdout: ' a\0\xff \n', stderr: 'careful\n' });
      const { statement, signature } = machine.finishedOf(given, ended);
      expect(await tables.runs.statement(run.number)).toEqual({
        statement,
        signature,
        channelKey: signingPublicText(machine.channel),
      });
    });

    test.each<[string, Ended, object]>([
      ['exited with 0', {}, { state: 'succeeded', reason: null, exitCode: 0, result: null }],
      [
        'exited with 0 but with a reason',
        { statement: { reason: 'result_invalid', message: 'no list' } },
        { state: 'failed', reason: 'result_invalid', result: 'no list' },
      ],
      ['exited with 3', { statement: { exit_code: 3 } }, { state: 'failed', exitCode: 3 }],
      [
        'died of a signal',
        { statement: { ending: 'signalled', exit_code: null, signal: 'SIGSEGV' } },
        { state: 'failed', signal: 'SIGSEGV' },
      ],
      [
        'could not be started',
        { statement: { ending: 'not_started', exit_code: null, reason: 'interpreter_missing' } },
        { state: 'failed', reason: 'interpreter_missing' },
      ],
      [
        'took too long',
        { statement: { ending: 'timed_out', exit_code: null, signal: 'SIGKILL' } },
        { state: 'timed_out', signal: 'SIGKILL' },
      ],
      ['was stopped', { statement: { ending: 'stopped', exit_code: null } }, { state: 'stopped' }],
      [
        'was cut off',
        { statement: { ending: 'interrupted', exit_code: null, reason: 'host_rebooted' } },
        { state: 'interrupted', reason: 'host_rebooted' },
      ],
      [
        'was cut off, and no more is said',
        { statement: { ending: 'interrupted', exit_code: null } },
        { state: 'interrupted', reason: 'host_says' },
      ],
      ['returned what is no list', { result: '{"a": 1}' }, { state: 'failed', reason: 'result_invalid' }],
    ])('that %s becomes what the document says', async (_, ended, stored) => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      expect(await machine.finish(given, ended)).toBe('stored');
      expect(await runOf(given.run)).toMatchObject(stored);
    });

    test('saves its list to the output variables, and a failure saves nothing', async () => {
      const { fleet, machine, tables } = await begin();
      const serial = await fleet.administer((all) => all.variables.add('Facts', 'serial'));
      const values = async () =>
        (await tables.variables.valuesOfHost(machine.hostId, [serial.id])).map(({ value }) => value);
      for (let index = 0; index < 3; index += 1) await fleet.define({ outputVariables: [serial.id] });
      const { runs } = await machine.claim();
      await machine.finish(runs[0]!, { result: '[1.0]' });
      expect(await values()).toEqual(['1.0']);
      await machine.finish(runs[1]!, { result: '["no"]', statement: { exit_code: 1 } });
      await machine.finish(runs[2]!, { result: null });
      expect(await values()).toEqual(['1.0']);
    });

    test('has secrets masked that stand across the edge of two pieces; hash, length and signature of them are sealed, the host’s word stays checkable', async () => {
      const { fleet, machine, tables, runOf, outputOf } = await begin();
      await fleet.administer(async (all) => {
        const value = sealSetting(fleet.mind.masterKey, 'password', 'correct horse');
        await all.settings.put({ name: 'password', value, description: '', isSecret: true, isActive: true });
      });
      await fleet.define();
      const given = await machine.claimOne();
      const ended = {
        stdout: 'correct horse',
        stderr: '.correct horse',
        result: '["correct horse"]',
      };
      await machine.finish(given, ended);
      expect(await outputOf(given.run)).toEqual({ stdout: '********', stderr: '.********' });
      const run = await runOf(given.run);
      expect(run).toMatchObject({ isMasked: true, result: '["********"]', outputBytes: 17 });
      const row = (await tables.runs.statement(run.number))!;
      const { statement } = machine.finishedOf(given, ended);
      const stored = JSON.stringify([row, run, await tables.outputs.chunks(run.number)]);
      for (const text of [sha256Hex('correct horse'), sha256Hex('["correct horse"]'), '"bytes":13']) {
        expect(statement).toContain(text);
        expect(stored).not.toContain(text);
      }
      expect(row.signature).toMatch(/^v1\./);
      const channelKey = signingPublicText(machine.channel);
      expect(shownStatement(undefined, row, run.id)).toEqual({
        statement: null,
        signature: null,
        channelKey,
      });
      expect(shownStatement(fleet.mind.masterKey, row, randomUUID()).statement).toBeNull();
      const shown = shownStatement(fleet.mind.masterKey, row, run.id);
      expect(shown.statement).toBe(statement);
      expect(isSignedFor('result', createPublicKey(machine.channel), statement, shown.signature ?? '')).toBe(
        true,
      );
    });

    test('whose message holds a secret that stands nowhere else is kept sealed too', async () => {
      const { fleet, machine, tables, runOf } = await begin();
      await fleet.administer(async (all) => {
        const value = sealSetting(fleet.mind.masterKey, 'password', 'correct horse');
        await all.settings.put({ name: 'password', value, description: '', isSecret: true, isActive: true });
      });
      await fleet.define();
      const given = await machine.claimOne();
      await machine.finish(given, { result: '[]', statement: { message: 'no: correct horse' } });
      const run = await runOf(given.run);
      const row = await tables.runs.statement(run.number);
      expect(JSON.stringify([run, row])).not.toContain('correct horse');
    });

    test('has its middle cut beyond the server’s limit, and says so', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      await machine.finish(given, { stdout: 'x'.repeat(3000) });
      expect(await runOf(given.run)).toMatchObject({ outputBytes: 3000, outputCutBytes: 2000 });
      expect((await outputOf(given.run)).stdout).toMatch(/^x{500}\n\[2000 bytes left out/);
    });

    test('that its host cut before it signed says how much is missing in all', async () => {
      const { fleet, machine, runOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      const stdout = 'x'.repeat(3000);
      const cut = (text: string, cutBytes: number) => ({
        bytes: text.length,
        sha256: sha256Hex(text),
        cut_bytes: cutBytes,
      });
      await machine.finish(given, { stdout, statement: { stdout: cut(stdout, 400), stderr: cut('', 30) } });
      expect(await runOf(given.run)).toMatchObject({ outputBytes: 3430, outputCutBytes: 2430 });
      await fleet.define();
      const other = await machine.claimOne();
      await machine.finish(other, { statement: { stderr: cut('', Number.MAX_SAFE_INTEGER) } });
      expect(await runOf(other.run)).toMatchObject({ state: 'succeeded', outputCutBytes: 2 ** 50 });
    });

    test('said again changes nothing and is stored again', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      await machine.finish(given, { stdout: 'once' });
      const run = await runOf(given.run);
      fleet.pass(5000);
      expect(await machine.finish(given, { stdout: 'once' })).toBe('stored');
      expect(await runOf(given.run)).toEqual(run);
      expect((await outputOf(given.run)).stdout).toBe('once');
    });

    test('that was given up in silence is settled by what its host says of the interruption, once', async () => {
      const { database, fleet, machine, runOf, outputOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      fleet.pass(3600_000);
      await database.storage.decide('interruptOverdueRuns', { now: fleet.mind.clock(), limit: 10 });
      expect(await runOf(given.run)).toMatchObject({ state: 'interrupted', reason: 'no_report' });
      const cut = { ending: 'interrupted', exit_code: null, reason: 'host_rebooted' } as const;
      expect(await machine.finish(given, { stdout: 'so far', statement: cut })).toBe('stored');
      expect(await runOf(given.run)).toMatchObject({ state: 'interrupted', reason: 'host_rebooted' });
      const again = { ...cut, reason: 'client_ended' };
      expect(await machine.finish(given, { statement: again })).toBe('stored');
      expect(await runOf(given.run)).toMatchObject({ reason: 'host_rebooted' });
      expect((await outputOf(given.run)).stdout).toBe('so far');
    });

    test('in a further attempt takes the place of what an interrupted one had printed', async () => {
      const { fleet, machine, tables, runOf, outputOf } = await begin();
      await fleet.define({ attempts: 2 });
      const first = await machine.claimOne();
      const cut = { ending: 'interrupted', exit_code: null } as const;
      await machine.finish(first, { stdout: 'so far', statement: cut });
      const second = await machine.claimOne();
      await machine.start(second);
      // What was said of the former attempt once more changes nothing.
      expect(await machine.finish(first, { stdout: 'so far', statement: cut })).toBe('stored');
      expect(await machine.finish(second, { stdout: 'all' })).toBe('stored');
      expect(await outputOf(first.run)).toEqual({ stdout: 'all', stderr: '' });
      const { statement } = (await tables.runs.statement((await runOf(first.run)).number))!;
      expect(JSON.parse(statement)).toMatchObject({ attempt: 2, ending: 'exited' });
    });

    const ended: Ended = { stdout: 'ab', stderr: 'cd', result: '["r"]' };
    const otherKey = createPrivateKey(newSigningKey().privatePem);
    const stream = { bytes: 2, sha256: sha256Hex('ab'), cut_bytes: 0 };
    test.each<[string, Ended]>([
      ['by another key', { key: otherKey }],
      ['for another server', { statement: { server: randomUUID() } }],
      ['about another run', { statement: { run: randomUUID() } }],
      ['about another host', { statement: { host: sha256Hex('another') } }],
      ['about another attempt', { statement: { attempt: 2 } }],
      ['with another result', { statement: { result_sha256: sha256Hex('["x"]') } }],
      ['without its result', { statement: { result_sha256: null } }],
      ['with another length of stdout', { statement: { stdout: { ...stream, bytes: 3 } } }],
      ['with another hash of stdout', { statement: { stdout: { ...stream, sha256: sha256Hex('x') } } }],
      ['with the hash of the other stream', { statement: { stderr: stream } }],
      ['in another version', { statement: { version: 2 as 1 } }],
      ['with an ending that there is not', { statement: { ending: 'won' as 'exited' } }],
    ])('with a statement signed %s is refused, and nothing is stored', async (_, differing) => {
      const { fleet, machine, tables, runOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      expect(await machine.finish(given, { ...ended, ...differing })).toBe('statement_invalid');
      const run = await runOf(given.run);
      expect(run.state).toBe('delivered');
      expect(await tables.runs.statement(run.number)).toBeUndefined();
      expect(await tables.outputs.chunks(run.number)).toEqual([]);
    });

    type Forgery = Parameters<Awaited<ReturnType<typeof begin>>['forge']>[2];
    const resign = (message: Finished, statement: string, key = otherKey): Finished => ({
      ...message,
      statement,
      signature: signFor('result', key, statement),
    });
    test.each<[string, Forgery]>([
      [
        'whose statement was changed',
        (message, outputs) => [
          { ...message, statement: message.statement.replace('"exit_code":0', '"exit_code":1') },
          outputs,
        ],
      ],
      [
        'whose signature was changed',
        (message, outputs) => [
          {
            ...message,
            signature: `${message.signature[0] === 'A' ? 'B' : 'A'}${message.signature.slice(1)}`,
          },
          outputs,
        ],
      ],
      ['that somebody else signed', (message, outputs) => [resign(message, message.statement), outputs]],
      ['whose result was changed', (message, outputs) => [{ ...message, result: '["z"]' }, outputs]],
      ['whose result was left out', (message, outputs) => [{ ...message, result: null }, outputs]],
      [
        'whose output was changed',
        (message, [first, ...rest]) => [message, [{ ...first!, data: Buffer.from('x') }, ...rest]],
      ],
      ['whose output was left out', (message) => [message, []]],
      ['without the first piece', (message, outputs) => [message, outputs.slice(1)]],
      ['without the last piece of a stream', (message, outputs) => [message, outputs.slice(0, -1)]],
      ['with a piece twice', (message, outputs) => [message, [...outputs, outputs[0]!]]],
      ['with its pieces in another order', (message, outputs) => [message, [...outputs].reverse()]],
      [
        'with another run’s output',
        (message, outputs) => [
          message,
          outputs.map((output) => ({ ...output, message: { ...output.message, run: randomUUID() } })),
        ],
      ],
      [
        'with another attempt’s output',
        (message, outputs) => [
          message,
          outputs.map((output) => ({ ...output, message: { ...output.message, attempt: 2 } })),
        ],
      ],
    ])('%s is refused, and nothing is stored', async (_, change) => {
      const { fleet, machine, tables, runOf, forge } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      expect(await forge(given, ended, change)).toBe('statement_invalid');
      expect((await runOf(given.run)).state).toBe('delivered');
      expect(await tables.runs.statement((await runOf(given.run)).number)).toBeUndefined();
      // The honest report still counts.
      expect(await machine.finish(given, ended)).toBe('stored');
    });

    test('in another spelling than the canonical is refused, though the host itself signed it', async () => {
      const { fleet, machine, forge } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      const respell: Forgery = (message, outputs) => [
        resign(message, JSON.stringify(JSON.parse(message.statement), undefined, 1), machine.channel),
        outputs,
      ];
      expect(await forge(given, ended, respell)).toBe('statement_invalid');
    });

    test('of another host, or of nobody, is refused: nobody puts words into a host’s mouth', async () => {
      const { fleet, machine, runOf } = await begin();
      const other = await createSealedMachine(fleet);
      await fleet.define();
      const given = await machine.claimOne();
      expect(await other.finish(given)).toBe('not_this_hosts_run');
      expect(await other.start(given)).toBe('not_this_hosts_run');
      expect(await other.refuse(given)).toBe('not_this_hosts_run');
      expect(await machine.finish({ run: randomUUID(), attempt: 1 })).toBe('not_this_hosts_run');
      expect((await runOf(given.run)).state).toBe('delivered');
    });

    test('whose command and group are gone since is stored all the same', async () => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define();
      const given = await machine.claimOne();
      await fleet.administer((all) => all.commands.remove(id));
      expect(await machine.start(given)).toBe('nothing');
      expect(await machine.finish(given, ended)).toBe('stored');
      expect((await runOf(given.run)).state).toBe('succeeded');
    });

    test('that was queued again is settled by what its host signed, is not given again, and a failure stops its group', async () => {
      const { fleet, machine, runOf } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      await fleet.define({}, group);
      await fleet.define({}, group);
      const given = await machine.claimOne();
      // Somebody held back a hello of a moment ago, in which it was not held.
      await machine.hello();
      expect((await runOf(given.run)).state).toBe('queued');
      expect(await machine.finish(given, { stdout: 'x', statement: { exit_code: 3 } })).toBe('stored');
      expect(await runOf(given.run)).toMatchObject({ state: 'failed', exitCode: 3, attempt: 1 });
      expect((await machine.claim()).runs).toEqual([]);
    });

    test('that was queued again is not settled over v1, where nothing is signed', async () => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define();
      const given = await machine.claimOne();
      await machine.hello();
      await fleet.administer((all) => all.hosts.change(machine.hostId, { channelKey: null }));
      expect(await machine.post(id, 'x', '[]')).toMatchObject({ status: 'OK' });
      expect((await runOf(given.run)).state).toBe('queued');
    });

    test('told by two requests at once is stored once', async () => {
      const { fleet, machine, outputOf } = await begin();
      await fleet.define();
      const given = await machine.claimOne();
      const answers = await Promise.all(Array.from({ length: 4 }, () => machine.finish(given, ended)));
      expect(answers).toEqual(['stored', 'stored', 'stored', 'stored']);
      expect(await outputOf(given.run)).toEqual({ stdout: 'ab', stderr: 'cd' });
    });
  });
});
