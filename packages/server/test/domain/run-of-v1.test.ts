import { isRefusal } from '@remotes/protocol/errors';
import { describe, expect, test } from 'vitest';
import type { OutputStream } from '../../src/domain/ports.ts';
import { sealSetting } from '../../src/domain/secret-setting.ts';
import { eachDatabase } from '../databases.ts';
import { createFleet, createMachine, type Fleet } from './small-fleet.ts';

const success = '[\n  "a",\n  "b"\n]';

describe('a run on a v1 host', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      const runOf = async (number: number) => {
        const run = await database.storage.tables.runs.ofHost(1, number);
        if (!run) throw new Error('There is no such run.');
        return run;
      };
      const outputOf = async (number: number, wanted: OutputStream = 'stdout') => {
        const chunks = await database.storage.tables.outputs.chunks((await runOf(number)).number);
        const bytes = chunks.filter(({ stream }) => stream === wanted).map((chunk) => chunk.bytes);
        return Buffer.concat(bytes).toString('latin1');
      };
      return { database, fleet, machine, runOf, outputOf, tables: database.storage.tables };
    };

    test('is listed, delivered sealed for the host, reported, and gone from the list', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      const id = await fleet.define({ name: 'greet ✓', program: 'print("✓")' });
      expect(await machine.list()).toEqual([id]);
      const answer = await machine.get(id);
      if (isRefusal(answer)) throw new Error(answer.sentence);
      expect(answer).toMatchObject({
        id,
        timeout: 15,
        encrypted: ['name', 'settings', 'variables', 'command'],
      });
      expect(machine.read(answer)).toMatchObject({ name: 'greet ✓', program: 'print("✓")' });
      expect((await runOf(id)).state).toBe('delivered');
      expect(await machine.list()).toEqual([]);
      expect(await machine.post(id, '  kept \n\n', success)).toEqual({ status: 'OK', results: { id: 1 } });
      expect(await runOf(id)).toMatchObject({
        state: 'succeeded',
        exitCode: null,
        result: success,
        revision: 1,
      });
      expect(await outputOf(id)).toBe('  kept \n\n');
    });

    test('hands over settings and variables as they stand at delivery, and saves results by their order', async () => {
      const { fleet, machine, tables } = await begin();
      const [first, second] = await fleet.administer(async (all) => {
        for (const [name, value, isActive] of [
          ['a', 'one', true],
          ['off', 'x', false],
        ] as const) {
          await all.settings.put({ name, value, description: '', isSecret: false, isActive });
        }
        const value = sealSetting(fleet.mind.masterKey, 'password', 'hunter2 hunter2');
        await all.settings.put({ name: 'password', value, description: '', isSecret: true, isActive: true });
        return [
          await all.variables.add('Facts', 'first'),
          await all.variables.add('Facts', 'second'),
        ] as const;
      });
      const saving = await fleet.define({ outputVariables: [first.id, second.id] });
      const reading = await fleet.define({
        settings: ['a', 'off', 'password'],
        variables: [
          { name: 'first', variableId: first.id },
          { name: 'second', variableId: second.id },
        ],
      });
      await machine.get(saving);
      await machine.post(saving, '', '[1.0]');
      const answer = await machine.get(reading);
      if (isRefusal(answer)) throw new Error(answer.sentence);
      expect(machine.read(answer)).toMatchObject({
        settings: { a: 'one', password: 'hunter2 hunter2' },
        variables: { first: '1.0', second: '' },
      });
      const run = await tables.runs.ofHost(1, reading);
      expect(JSON.parse(run?.inputs ?? '')).toEqual({
        settings: { a: 'one', password: { secret: true } },
        variables: { first: '1.0', second: '' },
      });
      expect(JSON.stringify(await tables.settings.list())).not.toContain('hunter2');
    });

    test('that raises, exits or writes to stderr is stored whole, with 201, and marked failed', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      const id = await fleet.define();
      const traceback = 'Traceback (most recent call last):\n  …\nValueError: no\n';
      await machine.get(id);
      expect(await machine.post(id, 'before', traceback)).toMatchObject({ status: 'OK' });
      expect(await runOf(id)).toMatchObject({ state: 'failed', result: traceback });
      expect(await outputOf(id)).toBe('before');
    });

    test('that said something on stderr and then returned its list has succeeded', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      const id = await fleet.define();
      await machine.get(id);
      await machine.post(id, 'out', `warning\n${success}`);
      expect(await runOf(id)).toMatchObject({ state: 'succeeded', result: success });
      expect(await outputOf(id)).toBe('out');
      expect(await outputOf(id, 'stderr')).toBe('warning\n');
    });

    test('keeps output with NUL and bytes that are not UTF-8', async () => {
      const { fleet, machine, outputOf, runOf } = await begin();
      const id = await fleet.define();
      await machine.get(id);
      await machine.post(id, Buffer.from('a\0b\xff', 'latin1'), 'no\0json');
      expect(await outputOf(id)).toBe('a\0b\xff');
      expect((await runOf(id)).result).toBe('no\ufffdjson');
    });

    test('has its output cut in the middle beyond the limit, and says so', async () => {
      const { fleet, machine, outputOf, runOf } = await begin();
      const id = await fleet.define();
      await machine.get(id);
      await machine.post(id, `<${'x'.repeat(5000)}>`, success);
      expect(await runOf(id)).toMatchObject({ outputBytes: 5002, outputCutBytes: 4002 });
      expect(await outputOf(id)).toMatch(/^<x+\n\[4002 bytes left out: .*\]\nx+>$/);
    });

    test('has secret values masked in what it printed and returned, and says so', async () => {
      const { fleet, machine, outputOf, runOf } = await begin();
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'password',
          value: sealSetting(fleet.mind.masterKey, 'password', 'correct horse'),
          description: '',
          isSecret: true,
          isActive: true,
        }),
      );
      const id = await fleet.define();
      await machine.get(id);
      await machine.post(id, 'it is correct horse!', '["correct horse"]');
      expect(await outputOf(id)).toBe('it is ********!');
      expect(await runOf(id)).toMatchObject({ result: '["********"]', isMasked: true });
    });

    test('has secrets masked that JSON and Python spell with escapes (they stayed in clear in a run called masked)', async () => {
      const { fleet, machine, outputOf, runOf, tables } = await begin();
      const value = 'pa"ss\\wörd\nit\'s';
      const [whole, shown] = await fleet.administer(async (all) => {
        const sealed = sealSetting(fleet.mind.masterKey, 'password', value);
        await all.settings.put({
          name: 'password',
          value: sealed,
          description: '',
          isSecret: true,
          isActive: true,
        });
        return [
          await all.variables.add('Facts', 'whole'),
          await all.variables.add('Facts', 'shown'),
        ] as const;
      });
      const id = await fleet.define({ outputVariables: [whole.id, shown.id] });
      await machine.get(id);
      const plainAscii = 'pa\\"ss\\\\w\\u00f6rd\\nit\'s';
      const withinJson = JSON.stringify(JSON.stringify({ password: value }));
      const result = `["${plainAscii}", {"is": "${plainAscii}", "json": ${withinJson}}]`;
      await machine.post(id, `{"password": "${plainAscii}"}\n${JSON.stringify([value])}\n`, result);
      expect(await outputOf(id)).toBe('{"password": "********"}\n["********"]\n');
      expect(await runOf(id)).toMatchObject({
        state: 'succeeded',
        isMasked: true,
        result: '["********", {"is": "********", "json": "{\\"password\\":\\"********\\"}"}]',
      });
      expect(await tables.variables.valuesOfHost(1, [whole.id, shown.id])).toEqual([
        { variableId: whole.id, value: '********' },
        { variableId: shown.id, value: `{'is': '********', 'json': '{"password":"********"}'}` },
      ]);
    });

    test('is not offered again after a time-out that nobody reported: the endless re-run is gone', async () => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define({ timeoutSeconds: 15 });
      await machine.get(id);
      fleet.pass(15_000 + 60_000 - 1);
      expect(await sweep(fleet)).toBe(0);
      fleet.pass(1);
      expect(await sweep(fleet)).toBe(1);
      expect(await runOf(id)).toMatchObject({ state: 'interrupted', reason: 'no_report' });
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(id)).toMatchObject({ refused: 'not_found' });
      expect(await sweep(fleet)).toBe(0);
    });

    test('that was taken for interrupted is settled by a late report, once', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      const id = await fleet.define();
      await machine.get(id);
      fleet.pass(100_000);
      await sweep(fleet);
      expect(await machine.post(id, 'late', success)).toEqual({ status: 'OK', results: { id: 1 } });
      expect(await machine.post(id, 'again', 'no json')).toEqual({ status: 'OK', results: { id: 1 } });
      expect(await runOf(id)).toMatchObject({ state: 'succeeded' });
      expect(await outputOf(id)).toBe('late');
    });

    test('that was taken for interrupted keeps what its host says of the interruption later (it was answered, and lost)', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      const interrupted = { ending: 'interrupted', exit_code: null, signal: null };
      const id = await fleet.define({ attempts: 2 });
      await machine.get(id);
      fleet.pass(100_000);
      await sweep(fleet);
      for (const text of ['the client was killed', 'said again']) {
        const answer = await machine.post(id, 'so far', text, interrupted);
        expect(answer).toEqual({ status: 'OK', results: { id: 1 } });
      }
      expect(await runOf(id)).toMatchObject({
        state: 'interrupted',
        reason: 'host_says',
        result: 'the client was killed',
      });
      expect(await outputOf(id)).toBe('so far');
      expect(await machine.list()).toEqual([id]);
    });

    test.each([
      [
        { ending: 'timed_out', exit_code: null, signal: 'SIGKILL' },
        { state: 'timed_out', signal: 'SIGKILL' },
      ],
      [
        { ending: 'exited', exit_code: 3, signal: null },
        { state: 'failed', exitCode: 3 },
      ],
      [
        { ending: 'signalled', exit_code: null, signal: 'SIGSEGV' },
        { state: 'failed', signal: 'SIGSEGV' },
      ],
      [{ ending: 'stopped', exit_code: null, signal: 'SIGTERM' }, { state: 'stopped' }],
      [
        { ending: 'exited', exit_code: 0, signal: null },
        { state: 'failed', exitCode: 0 },
      ],
      [{ ending: 'nonsense' }, { state: 'failed', exitCode: null }],
    ])('ends as a client that can say so says: %o', async (ending, stored) => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define();
      await machine.get(id);
      expect(await machine.post(id, 'x', 'what happened', ending)).toMatchObject({ status: 'OK' });
      expect(await runOf(id)).toMatchObject(stored);
    });

    test('that exited with 0 and says that there is no result has succeeded, and its variables stay (they were emptied)', async () => {
      const { fleet, machine, runOf, outputOf, tables } = await begin();
      const variable = await fleet.administer((all) => all.variables.add('Facts', 'kept'));
      const saving = await fleet.define({ outputVariables: [variable.id] });
      const leaving = await fleet.define({ outputVariables: [variable.id] });
      const failing = await fleet.define({ outputVariables: [variable.id] });
      for (const id of [saving, leaving, failing]) await machine.get(id);
      await machine.post(saving, '', '["old"]');
      const none = { ending: 'exited', exit_code: 0, signal: null, result: 'none' };
      // Even what looks like a list is only what it said on stderr.
      expect(await machine.post(leaving, 'out', 'warning\n["new"]', none)).toMatchObject({ status: 'OK' });
      expect(await runOf(leaving)).toMatchObject({ state: 'succeeded', exitCode: 0, result: null });
      expect(await outputOf(leaving)).toBe('out');
      expect(await outputOf(leaving, 'stderr')).toBe('warning\n["new"]');
      await machine.post(failing, '', 'exit code 3', { ...none, exit_code: 3 });
      expect(await runOf(failing)).toMatchObject({ state: 'failed', exitCode: 3, result: 'exit code 3' });
      expect(await tables.variables.valuesOfHost(1, [variable.id])).toEqual([
        { variableId: variable.id, value: 'old' },
      ]);
    });

    test('that its host calls interrupted is offered again only where attempts are left, and can be settled', async () => {
      const { fleet, machine, runOf, outputOf } = await begin();
      const interrupted = { ending: 'interrupted', exit_code: null, signal: null };
      const once = await fleet.define();
      const twice = await fleet.define({ attempts: 2 });
      for (const id of [once, twice]) {
        await machine.get(id);
        await machine.post(id, 'so far', 'interrupted: the client was ended', interrupted);
        expect(await runOf(id)).toMatchObject({ state: 'interrupted', reason: 'host_says' });
      }
      expect(await machine.list()).toEqual([twice]);
      await machine.post(once, 'all', success);
      expect(await runOf(once)).toMatchObject({ state: 'succeeded' });
      expect(await outputOf(once)).toBe('all');
    });

    test('is got once: a second get of a delivered run is 404', async () => {
      const { fleet, machine } = await begin();
      const id = await fleet.define();
      expect(isRefusal(await machine.get(id))).toBe(false);
      expect(await machine.get(id)).toMatchObject({ refused: 'not_found' });
    });

    test('may be got again where its command allows attempts, as long as nobody knows how it ended', async () => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define({ attempts: 2 });
      await machine.get(id);
      fleet.pass(100_000);
      await sweep(fleet);
      expect(await machine.list()).toEqual([id]);
      expect(isRefusal(await machine.get(id))).toBe(false);
      expect(await runOf(id)).toMatchObject({ state: 'delivered', attempt: 2 });
      fleet.pass(100_000);
      await sweep(fleet);
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(id)).toMatchObject({ refused: 'not_found' });
    });

    test('that printed something in an interrupted attempt prints anew in the next (it was answered 500)', async () => {
      const { fleet, machine, outputOf, runOf } = await begin();
      const id = await fleet.define({ attempts: 2 });
      await machine.get(id);
      const interrupted = { ending: 'interrupted', exit_code: null, signal: null };
      await machine.post(id, 'so far', 'interrupted', interrupted);
      await machine.get(id);
      expect(await machine.post(id, 'all', success)).toMatchObject({ status: 'OK' });
      expect(await outputOf(id)).toBe('all');
      expect(await runOf(id)).toMatchObject({ state: 'succeeded', attempt: 2 });
    });

    test('get obeys the time window and the switches of the list', async () => {
      const { fleet, machine } = await begin();
      const now = fleet.mind.clock();
      const later = await fleet.define({}, { name: 'later', afterAt: now + 1000 });
      const over = await fleet.define({}, { name: 'over', beforeAt: now });
      const off = await fleet.define({ isActive: false });
      const node = await fleet.define({ interpreter: 'node' });
      expect(await machine.list()).toEqual([]);
      for (const id of [later, over, off, node, 9999]) {
        expect(await machine.get(id)).toMatchObject({ refused: 'not_found' });
      }
      fleet.pass(1001);
      expect(await machine.list()).toEqual([later]);
      expect(isRefusal(await machine.get(later))).toBe(false);
    });

    test('post is taken whatever became of window, group and command since', async () => {
      const { fleet, machine, runOf } = await begin();
      const id = await fleet.define({}, { name: 'short', beforeAt: fleet.mind.clock() + 1000 });
      await machine.get(id);
      fleet.pass(2000);
      await fleet.administer(async (tables) => {
        await tables.commands.change(id, { isActive: false });
        await tables.hostsGroups.leave((await tables.hostsGroups.byName('All hosts'))?.id ?? 0, 1);
      });
      expect(await machine.post(id, 'x', success)).toMatchObject({ status: 'OK' });
      expect((await runOf(id)).state).toBe('succeeded');
    });

    test('post of a command that was never fetched, or is another host’s, is refused and stores nothing', async () => {
      const { fleet, machine, tables } = await begin();
      const other = createMachine(fleet);
      await other.enrol(await fleet.addToken());
      const id = await fleet.define();
      await other.get(id);
      expect(await machine.post(id, 'x', success)).toMatchObject({ refused: 'not_this_hosts_command' });
      expect(await tables.runs.list({ limit: 10 })).toHaveLength(1);
    });

    test('a body that is not sealed with the host’s key is refused, and stores nothing', async () => {
      const { fleet, machine, runOf } = await begin();
      const { postCommand } = await import('../../src/domain/command-post.ts');
      const id = await fleet.define();
      await machine.get(id);
      const host = await machine.known();
      const post = (fields: Record<string, unknown>) => postCommand(fleet.mind, host, id, fields);
      expect(await post({})).toMatchObject({ refused: 'missing_output' });
      expect(await post({ output: 'x' })).toMatchObject({ refused: 'missing_result' });
      expect(await post({ output: null, result: [] })).toMatchObject({ refused: 'missing_output' });
      expect(await post({ output: 'x', result: 'y' })).toMatchObject({ refused: 'invalid_output' });
      expect((await runOf(id)).state).toBe('delivered');
    });

    test('in a group that stops on failure the next command waits for success, and a failure ends the group', async () => {
      const { fleet, machine } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const first = await fleet.define({ position: 1 }, group);
      const second = await fleet.define({ position: 2 }, group);
      const third = await fleet.define({ position: 3 }, group);
      expect(await machine.list()).toEqual([first]);
      await machine.get(first);
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(second)).toMatchObject({ refused: 'not_found' });
      await machine.post(first, '', success);
      expect(await machine.list()).toEqual([second]);
      await machine.get(second);
      await machine.post(second, '', 'failed');
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(third)).toMatchObject({ refused: 'not_found' });
    });

    test('a command that moved to another group while it ran does not hold its former group for good', async () => {
      const { fleet, machine } = await begin();
      const group = { name: 'careful', stopOnFailure: true };
      const first = await fleet.define({ position: 1 }, group);
      const second = await fleet.define({ position: 2 }, group);
      await fleet.define({ isActive: false }, { name: 'elsewhere' });
      await machine.get(first);
      await fleet.administer(async (tables) => {
        const elsewhere = (await tables.commandsGroups.list()).find(({ name }) => name === 'elsewhere');
        await tables.commands.change(first, { commandsGroupId: elsewhere?.id ?? 0 });
      });
      await machine.post(first, '', success);
      expect(await machine.list()).toEqual([second]);
    });

    test('a failure does not hold up the next command of any other group', async () => {
      const { fleet, machine } = await begin();
      const first = await fleet.define({ position: 1 }, { name: 'usual' });
      const second = await fleet.define({ position: 2 }, { name: 'usual' });
      await machine.get(first);
      await machine.post(first, '', 'failed');
      expect(await machine.list()).toEqual([second]);
    });

    test('a host that joins later gets the command too, one that leaves does not', async () => {
      const { fleet, machine } = await begin();
      const id = await fleet.define();
      const late = createMachine(fleet);
      await late.enrol(await fleet.addToken());
      expect(await late.list()).toEqual([id]);
      const { leaveHostsGroup } = await import('../../src/domain/hosts-group-membership.ts');
      await fleet.administer(async (tables) => {
        const group = await tables.hostsGroups.byName('All hosts');
        await leaveHostsGroup(tables, group?.id ?? 0, 2);
      });
      expect(await late.list()).toEqual([]);
      expect(await late.get(id)).toMatchObject({ refused: 'not_found' });
      expect(await machine.list()).toEqual([id]);
    });

    test('a shell command reaches a v1 host wrapped in Python', async () => {
      const { fleet, machine } = await begin();
      const id = await fleet.define({ interpreter: 'bash', program: 'echo $HOME' });
      const answer = await machine.get(id);
      if (isRefusal(answer)) throw new Error(answer.sentence);
      expect(machine.read(answer).program).toMatch(/^import json[\s\S]*"echo \$HOME"/);
    });

    test('nothing is offered or delivered while the server is paused', async () => {
      const { fleet, machine } = await begin();
      const id = await fleet.define();
      await fleet.administer((tables) => tables.server.setPaused(true));
      expect(await machine.list()).toEqual([]);
      expect(await machine.get(id)).toMatchObject({ refused: 'not_found' });
    });

    test('two gets at once deliver it once', async () => {
      const { fleet, machine } = await begin();
      const id = await fleet.define();
      const answers = await Promise.all(Array.from({ length: 8 }, () => machine.get(id)));
      expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    });

    test('two posts at once are stored once, under one number', async () => {
      const { fleet, machine, outputOf } = await begin();
      const id = await fleet.define();
      await machine.get(id);
      const answers = await Promise.all(Array.from({ length: 8 }, () => machine.post(id, 'once', success)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await outputOf(id)).toBe('once');
    });
  });
});

function sweep(fleet: Fleet): Promise<number> {
  return fleet.mind.storage.decide('interruptOverdueRuns', { now: fleet.mind.clock(), limit: 100 });
}
