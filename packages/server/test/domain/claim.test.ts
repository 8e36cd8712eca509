import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { isIncluded } from '@remotes/protocol/crypto/merkle';
import { isSignedFor, readSigningPublicKey } from '@remotes/protocol/crypto/sign';
import { isRefusal } from '@remotes/protocol/errors';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { describe, expect, test } from 'vitest';
import { sealSetting } from '../../src/domain/secret-setting.ts';
import { eachDatabase } from '../databases.ts';
import { createSealedMachine } from './sealed-machine.ts';
import { createFleet, start } from './small-fleet.ts';

describe('a claim', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      await machine.hello();
      const claimed = async (asked?: Parameters<typeof machine.claim>[0]) => {
        const { runs, claimed } = await machine.claim(asked);
        return { numbers: runs.map((run) => run.wire_number), hasMore: claimed.has_more };
      };
      return { database, fleet, machine, claimed, tables: database.storage.tables };
    };

    test('is given what is due, in order, delivered and out of the list', async () => {
      const { fleet, machine, claimed, tables } = await begin();
      const second = await fleet.define({ position: 2 }, { name: 'group' });
      const first = await fleet.define({ position: 1, name: 'greet' }, { name: 'group' });
      expect(await machine.say({ type: 'commands_list' })).toEqual([
        { type: 'commands', results: [first, second].map((command) => ({ group: 1, command })) },
      ]);
      expect(await claimed()).toEqual({ numbers: [first, second], hasMore: false });
      expect(await tables.runs.ofHost(machine.hostId, first)).toMatchObject({
        state: 'delivered',
        attempt: 1,
        commandName: 'greet',
      });
      expect(await machine.say({ type: 'commands_list' })).toEqual([{ type: 'commands', results: [] }]);
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
    });

    test('is given every interpreter’s programs, as they are', async () => {
      const { fleet, machine } = await begin();
      for (const interpreter of ['node', 'powershell', 'bash', 'python'] as const) {
        await fleet.define({ interpreter, program: `in ${interpreter}` });
      }
      const { runs } = await machine.claim();
      expect(runs.map(({ program, manifest }) => [manifest.interpreter, program])).toEqual([
        ['node', 'in node'],
        ['powershell', 'in powershell'],
        ['bash', 'in bash'],
        ['python', 'in python'],
      ]);
    });

    test('is given no more than it asks for, and never more than the server grants', async () => {
      const { fleet, claimed } = await begin();
      const numbers: number[] = [];
      for (let index = 0; index < 11; index += 1) numbers.push(await fleet.define());
      expect(await claimed({ limit: 2 })).toEqual({ numbers: numbers.slice(0, 2), hasMore: true });
      expect(await claimed({ limit: 100 })).toEqual({ numbers: numbers.slice(2, 10), hasMore: true });
      expect(await claimed()).toEqual({ numbers: numbers.slice(10), hasMore: false });
    });

    test('may name one command, and gets that or nothing', async () => {
      const { fleet, claimed } = await begin();
      const [one, other] = [await fleet.define(), await fleet.define()];
      expect(await claimed({ wire_number: other })).toEqual({ numbers: [other], hasMore: false });
      expect(await claimed({ wire_number: other })).toEqual({ numbers: [], hasMore: false });
      expect(await claimed({ wire_number: 999 })).toEqual({ numbers: [], hasMore: false });
      expect(await claimed()).toEqual({ numbers: [one], hasMore: false });
    });

    test('is not given a command that needs what one before it may save, nor any behind it', async () => {
      const { fleet, machine, claimed } = await begin();
      const serial = await fleet.administer((tables) => tables.variables.add('Facts', 'serial'));
      const saving = await fleet.define({ outputVariables: [serial.id] });
      const reading = await fleet.define({ variables: [{ name: 'serial', variableId: serial.id }] });
      const behind = await fleet.define();
      const { runs, claimed: said } = await machine.claim();
      expect([runs.map((run) => run.wire_number), said.has_more]).toEqual([[saving], true]);
      await machine.finish(runs[0]!, { result: '["A1"]' });
      const next = await machine.claim();
      expect(next.runs.map((run) => [run.wire_number, run.variables])).toEqual([
        [reading, { serial: 'A1' }],
        [behind, {}],
      ]);
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
    });

    test('is given one command at a time of a group that stops on failure, and says that there is more', async () => {
      const { fleet, machine, claimed } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const first = await fleet.define({ position: 1 }, group);
      const second = await fleet.define({ position: 2 }, group);
      const third = await fleet.define({ position: 3 }, group);
      const elsewhere = await fleet.define({}, { name: 'elsewhere', position: 9 });
      const { runs, claimed: said } = await machine.claim();
      expect([runs.map((run) => run.wire_number), said.has_more]).toEqual([[first, elsewhere], true]);
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
      await machine.finish(runs[0]!);
      const next = await machine.claimOne();
      expect(next.wire_number).toBe(second);
      await machine.finish(next, { statement: { exit_code: 1 } });
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
      expect(await claimed({ wire_number: third })).toEqual({ numbers: [], hasMore: false });
    });

    test('is not given what would wait for more than an hour behind a long program', async () => {
      const { fleet, claimed } = await begin();
      const long = await fleet.define({ timeoutSeconds: 7200 });
      const short = await fleet.define();
      expect(await claimed()).toEqual({ numbers: [long], hasMore: true });
      expect(await claimed()).toEqual({ numbers: [short], hasMore: false });
    });

    test('gives each run of a batch the time of those before it, too', async () => {
      const { database, fleet, machine } = await begin();
      for (let index = 0; index < 3; index += 1) await fleet.define({ timeoutSeconds: 10 });
      const { runs } = await machine.claim();
      const givenUp: number[] = [];
      for (const seconds of [69, 1, 9, 1, 9, 1]) {
        fleet.pass(seconds * 1000);
        const request = { now: fleet.mind.clock(), limit: 10 };
        givenUp.push(await database.storage.decide('interruptOverdueRuns', request));
      }
      expect(givenUp).toEqual([0, 1, 0, 1, 0, 1]);
      // Late is not lost.
      expect(await machine.finish(runs[2]!)).toBe('stored');
    });

    test('hands over settings in clear inside the seal; the run remembers the names of secret ones alone', async () => {
      const { fleet, machine, tables } = await begin();
      await fleet.administer(async (all) => {
        const value = sealSetting(fleet.mind.masterKey, 'password', 'hunter2 hunter2');
        await all.settings.put({ name: 'password', value, description: '', isSecret: true, isActive: true });
      });
      const id = await fleet.define({ settings: ['password'] });
      expect((await machine.claimOne()).settings).toEqual({ password: 'hunter2 hunter2' });
      expect(JSON.parse((await tables.runs.ofHost(machine.hostId, id))?.inputs ?? '').settings).toEqual({
        password: { secret: true },
      });
    });

    test('is signed: each manifest is the server’s, and leads to this host, this attempt and these inputs', async () => {
      const { fleet, machine, tables } = await begin();
      const id = await fleet.define(
        { program: 'print("✓")', timeoutSeconds: 15 },
        { name: 'short', beforeAt: start + 5000 },
      );
      const run = await machine.claimOne();
      const { serverId, signingKeyText } = await fleet.mind.serverKeys();
      expect(run.manifest).toEqual({
        version: 1,
        server: serverId,
        job: (await tables.runs.ofHost(machine.hostId, id))?.jobId,
        program_sha256: sha256Hex('print("✓")'),
        interpreter: 'python',
        timeout_ms: 15_000,
        not_before_ms: start - 300_000,
        expires_at_ms: start + 5000,
        leaves: 1,
        root: expect.any(String),
      });
      expectSigned(run, signingKeyText);
      expect(run.leaf).toEqual({
        run: run.run,
        attempt: 1,
        host: (await tables.hosts.byId(machine.hostId))?.keyFingerprint,
        inputs_sha256: sha256Hex(canonicalJson({ settings: run.settings, variables: run.variables })),
      });
      await fleet.define();
      expect((await machine.claimOne()).manifest.expires_at_ms).toBe(start + 24 * 3600_000);
    });

    test('obeys switches, windows and the pause', async () => {
      const { fleet, claimed } = await begin();
      await fleet.define({}, { name: 'later', afterAt: start + 1000 });
      await fleet.define({}, { name: 'over', beforeAt: start });
      await fleet.define({ isActive: false });
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
      const id = await fleet.define();
      await fleet.administer((tables) => tables.server.setPaused(true));
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
      await fleet.administer((tables) => tables.server.setPaused(false));
      expect(await claimed()).toEqual({ numbers: [id], hasMore: false });
    });

    test('is given an interrupted run again as a further attempt, where its command allows that', async () => {
      const { fleet, machine, claimed } = await begin();
      const id = await fleet.define({ attempts: 2 });
      const first = await machine.claimOne();
      await machine.finish(first, { statement: { ending: 'interrupted', exit_code: null } });
      const second = await machine.claimOne();
      expect([second.run, second.attempt, second.wire_number]).toEqual([first.run, 2, id]);
      await machine.finish(second, { statement: { ending: 'interrupted', exit_code: null } });
      expect(await claimed()).toEqual({ numbers: [], hasMore: false });
    });

    test('of a host that was disabled a moment ago, or has lost its key, is refused and delivers nothing', async () => {
      const { database, fleet, machine, tables } = await begin();
      const id = await fleet.define();
      const { hostId } = machine;
      const order = { begunAt: start, counter: 1000, at: start };
      const request = {
        hostId,
        order,
        wireNumber: null,
        limit: 1,
        isLive: false,
        graceMs: 0,
        now: start,
      };
      const claim = () => database.storage.decide('claimRuns', request);
      await fleet.administer((all) => all.hosts.change(hostId, { state: 'disabled' }));
      expect(await claim()).toMatchObject({ refused: 'host_disabled' });
      await fleet.administer((all) => all.hosts.change(hostId, { state: 'verified', channelKey: null }));
      expect(await claim()).toMatchObject({ refused: 'session_ended' });
      expect(await tables.runs.ofHost(hostId, id)).toBeUndefined();
    });

    test('two at once are given nothing twice, and v1 is given nothing besides', async () => {
      const { database, fleet, machine, tables } = await begin();
      const numbers: number[] = [];
      for (let index = 0; index < 6; index += 1) numbers.push(await fleet.define());
      const { hostId } = machine;
      const gets = numbers.map((wireNumber) =>
        database.storage.decide('deliverRun', {
          hostId,
          wireNumber,
          runId: crypto.randomUUID(),
          graceMs: 0,
          now: start,
        }),
      );
      const claim = () => machine.say({ type: 'claim', limit: 100 });
      const answers = await Promise.all([claim(), claim(), claim()]);
      // One that a later request overtook on its way is refused whole.
      const given = answers
        .flatMap((answer) => (isRefusal(answer) ? [] : answer))
        .flatMap((message) => (message.type === 'run' ? [message.wire_number] : []));
      expect(given.sort((one, other) => one - other)).toEqual(numbers);
      for (const answer of await Promise.all(gets)) expect(answer).toMatchObject({ refused: 'v1_closed' });
      expect((await tables.runs.list({ limit: 10 })).map((run) => run.attempt)).toEqual([1, 1, 1, 1, 1, 1]);
    });
  });
});

function expectSigned(run: GiveRun, signingKeyText: string): void {
  const { manifest, signature, leaf, leaf_index: index, proof } = run;
  const key = readSigningPublicKey(signingKeyText)!;
  expect(isSignedFor('manifest', key, canonicalJson(manifest), signature)).toBe(true);
  const path = proof.map((hash) => Buffer.from(hash, 'base64url'));
  const tree = { index, size: manifest.leaves, proof: path, root: Buffer.from(manifest.root, 'hex') };
  expect(isIncluded(Buffer.from(canonicalJson(leaf)), tree)).toBe(true);
}
