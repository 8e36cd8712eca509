import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { signingPublicText } from '@remotes/protocol/crypto/sign';
import { isRefusal } from '@remotes/protocol/errors';
import { localTime } from '@remotes/protocol/screen/time-text';
import { describe, expect, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { createSealedMachine } from '../domain/sealed-machine.ts';
import { createFleet, createMachine, type Fleet, start } from '../domain/small-fleet.ts';
import { administer, startProgram } from './program.ts';

describe('remotes-server runs', () => {
  eachDatabase((open) => {
    /** Two hosts and two commands: what succeeded, what failed, and what is under way. */
    const begin = async (): Promise<{
      database: OpenDatabase;
      fleet: Fleet;
      numbers: [number, number];
      finish(): Promise<void>;
      interrupt(): Promise<void>;
    }> => {
      const database = await open();
      const fleet = await createFleet(database);
      const machines = [createMachine(fleet), createMachine(fleet)] as const;
      for (const machine of machines) await machine.enrol(await fleet.addToken());
      const numbers: [number, number] = [
        await fleet.define({ name: 'greet' }),
        await fleet.define({ name: 'look around' }),
      ];
      const [one, other] = machines;
      await one.get(numbers[0]);
      fleet.pass(4200);
      await one.post(numbers[0], 'hello', '["a"]');
      await one.get(numbers[1]);
      await one.post(numbers[1], '', 'Traceback');
      await other.get(numbers[0]);
      return {
        database,
        fleet,
        numbers,
        async finish() {
          if (isRefusal(await other.post(numbers[0], '', '[]'))) throw new Error('It was not taken.');
        },
        async interrupt() {
          fleet.pass(3600_000);
          await database.storage.decide('interruptOverdueRuns', { now: fleet.mind.clock(), limit: 10 });
        },
      };
    };

    test('shows runs newest last; an exit status that the protocol does not tell is unknown', async () => {
      const { database } = await begin();
      const { status, stdout, stderr } = await administer(database, 'runs');
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d';
      expect(stdout.trimEnd().split('\n')).toEqual([
        expect.stringMatching(/^RUN +TIME +HOST +COMMAND +STATE +EXIT +TOOK$/),
        expect.stringMatching(`^1 +${time} +000001 +greet +succeeded +unknown +4\\.2 s$`),
        expect.stringMatching(`^2 +${time} +000001 +look around +failed +unknown +0\\.0 s$`),
        expect.stringMatching(`^3 +${time} +000002 +greet +delivered$`),
      ]);
    });

    test('filters by host, command and state, and limits to the newest', async () => {
      const { database, numbers } = await begin();
      const found = async (...args: string[]): Promise<number[]> => {
        const { stdout } = await administer(database, 'runs', '--json', ...args);
        return JSON.parse(stdout).map((run: { number: number }) => run.number);
      };
      expect(await found()).toEqual([1, 2, 3]);
      expect(await found('--limit', '2')).toEqual([2, 3]);
      expect(await found('--host', '000001')).toEqual([1, 2]);
      expect(await found('--host=2')).toEqual([3]);
      expect(await found('--command', 'greet')).toEqual([1, 3]);
      expect(await found('--command', String(numbers[1]))).toEqual([2]);
      expect(await found('--state', 'failed')).toEqual([2]);
      expect(await found('--state', 'failed', '--host', '2')).toEqual([]);
      expect((await administer(database, 'runs', '--state=stopped')).stderr).toBe(
        'There are no such runs.\n',
      );
    });

    test('shows runs for programs', async () => {
      const { database, numbers } = await begin();
      const { stdout } = await administer(database, 'runs', '--json', '--limit=1', '--state=failed');
      expect(JSON.parse(stdout)).toEqual([
        {
          number: 2,
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          job_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          host: { id: 1, name: '000001' },
          command: { number: numbers[1], name: 'look around', revision: 1 },
          state: 'failed',
          reason: null,
          attempt: 1,
          interpreter: 'python',
          exit_code: null,
          signal: null,
          delivered_at: new Date(start + 4200).toISOString(),
          started_at: null,
          stop_asked_at: null,
          finished_at: new Date(start + 4200).toISOString(),
          duration_ms: 0,
          output_bytes: 0,
          output_cut_bytes: 0,
          is_masked: false,
          signed: null,
        },
      ]);
    });

    test('stops a run of a host that can be told, and says what cannot be stopped', async () => {
      const { database, fleet } = await begin();
      const machine = await createSealedMachine(fleet);
      const { runs } = await machine.claim();
      const [numbered] = await database.storage.tables.runs.list({ hostId: machine.hostId, limit: 1 });
      const stop = (run: string) => administer(database, 'runs', 'stop', run);
      expect(await stop(runs.at(-1)!.run)).toMatchObject({
        status: 0,
        stdout: `Run ${numbered!.number}, "${numbered!.commandName}" on 000003, ends as soon as its host gives a sign of life.\n`,
      });
      expect((await stop(String(numbered!.number))).stdout).toContain(
        'was asked before and ends as soon as its host gives a sign of life.',
      );
      const { stdout } = await administer(database, 'runs', '--json', '--limit=1');
      expect(JSON.parse(stdout)[0].stop_asked_at).toMatch(/^20/);
      expect(await stop('1')).toMatchObject({
        status: 1,
        stderr: 'Run 1 is succeeded: there is nothing to stop.\n',
      });
      expect(await stop('3')).toMatchObject({
        status: 1,
        stderr:
          'Run 3 is on host "000002", which speaks v1: a v1 run cannot be stopped. It ends with its time-out.\n',
      });
      expect((await stop('99')).stderr).toContain('There is no run "99"');
    });

    test('shows exit code, start and what the host signed of a run of the sealed protocol', async () => {
      const { database, fleet } = await begin();
      const machine = await createSealedMachine(fleet);
      const run = await machine.claimOne();
      await machine.finish(run, { stdout: 'out', statement: { exit_code: 3 } });
      const [row] = (await administer(database, 'runs', '--limit=1')).stdout.trimEnd().split('\n').slice(1);
      expect(row).toMatch(/^4 .* 000003 .* failed +3 +0\.0 s$/);
      const { statement, signature } = machine.finishedOf(run, {
        stdout: 'out',
        statement: { exit_code: 3 },
      });
      const shown = {
        exit_code: 3,
        started_at: new Date(1_000).toISOString(),
        signed: { statement, signature, channel_key: signingPublicText(machine.channel) },
      };
      const list = await administer(database, 'runs', '--json', '--limit=1');
      expect(JSON.parse(list.stdout)).toMatchObject([shown]);
      const output = await administer(database, 'output', '4', '--json');
      expect(JSON.parse(output.stdout)).toMatchObject({ ...shown, stdout: 'out' });
    });

    test('says how long the program ran and not how long its report took, and what its host left out', async () => {
      const { database, fleet } = await begin();
      const machine = await createSealedMachine(fleet);
      const run = await machine.claimOne();
      fleet.pass(3600_000);
      const stdout = { bytes: 3, sha256: sha256Hex('out'), cut_bytes: 17 };
      await machine.finish(run, { stdout: 'out', statement: { duration_ms: 4200, stdout } });
      expect((await administer(database, 'runs', '--limit=1')).stdout).toMatch(/ succeeded +0 +4\.2 s\n$/);
      const following = startProgram(database, 'runs', '--follow', '--limit', '1');
      await following.line(/^4 .* succeeded +0 +4\.2 s$/);
      following.process.kill('SIGINT');
      await following.ended;
      const { stdout: json } = await administer(database, 'output', '4', '--json');
      expect(JSON.parse(json)).toMatchObject({ duration_ms: 4200, output_cut_bytes: 17 });
      expect((await administer(database, 'output', '4')).stderr).toMatch(
        /: succeeded, exit status 0, after 4\.2 s\.\n17 bytes in the middle of its output were not kept/,
      );
    });

    test('shows when a run ended of which nothing but the word of its host is left', async () => {
      const { database, fleet, numbers } = await begin();
      const machine = await createSealedMachine(fleet);
      const command = (await database.storage.tables.commands.list()).find(({ id }) => id === numbers[0])!;
      await fleet.administer((all) => all.server.setStoreId(crypto.randomUUID()));
      const past = {
        run: crypto.randomUUID(),
        job: command.jobId,
        attempt: 1,
        wire_number: command.id,
        revision: 1,
        name: 'before',
        state: 'succeeded',
        exit_code: 0,
        finished_at_ms: start - 5_000,
      } as const;
      await machine.say({ type: 'ran', runs: [past], is_last: true });
      const [row] = (await administer(database, 'runs', '--limit=1')).stdout.trimEnd().split('\n').slice(1);
      expect(row).toMatch(new RegExp(`^4 +${localTime(start - 5_000)} +000003 +before +succeeded +0$`));
    });

    test('calls no exit status unknown where the host signed that there was none', async () => {
      const { database, fleet } = await begin();
      const machine = await createSealedMachine(fleet);
      const run = await machine.claimOne();
      const missing = { ending: 'not_started', exit_code: null, reason: 'interpreter_missing' } as const;
      await machine.finish(run, { statement: { ...missing, message: 'no node here' } });
      const { stderr } = await administer(database, 'output', '4');
      expect(stderr).toMatch(
        /^no node here\nRun 4, "greet" on 000003: failed \(the host does not have its interpreter\), after 0\.0 s\.\n$/,
      );
    });

    test('follows runs as they come and end, until Ctrl-C', async () => {
      const { database, finish, interrupt } = await begin();
      const following = startProgram(database, 'runs', '--follow', '--limit', '1');
      await following.line(/^3 .* delivered$/);
      await finish();
      await following.line(/^3 .* succeeded +unknown/);
      const fleet = await createFleet(database);
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      await machine.get(await fleet.define({ name: 'late' }));
      await following.line(/^4 .* 000003 +late +delivered$/);
      await interrupt();
      await following.line(/^4 .* 000003 +late +interrupted +unknown/);
      following.process.kill('SIGINT');
      const { status, stdout, stderr } = await following.ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      // Each line once.
      expect(stdout.trimEnd().split('\n')).toHaveLength(5);
    });

    test('follows for programs, one object a line, and only what the filter lets through', async () => {
      const { database, finish } = await begin();
      const following = startProgram(database, 'runs', '--follow', '--json', '--state', 'succeeded');
      await following.line(/"number":1,/);
      await finish();
      expect(JSON.parse(await following.line(/"number":3,/))).toMatchObject({ state: 'succeeded' });
      following.process.kill('SIGTERM');
      expect((await following.ended).stdout.trimEnd().split('\n')).toHaveLength(2);
    });

    test.each([
      [['--host', 'x'], 'There is no host "x": the list of hosts has them by name and id.'],
      [['--command', 'x'], 'There is no command "x"; the runs of one that is gone are found by its number.'],
      [
        ['--command', 'twice'],
        'Several commands are called "twice": say which by its number: 1 (in "one"), 2 (in "two").',
      ],
      [['--host', 'x', '--follow'], 'There is no host "x"'],
    ])('%j is refused in one sentence', async (args, sentence) => {
      const database = await open();
      const fleet = await createFleet(database);
      await fleet.define({ name: 'twice' }, { name: 'one' });
      await fleet.define({ name: 'twice' }, { name: 'two' });
      const { status, stdout, stderr } = await administer(database, 'runs', ...args);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(sentence);
    });
  });

  test.each([
    [['--state', 'done'], 'There is no state "done": it is one of queued, delivered, running,'],
    [['--limit', '0'], '--limit must be a whole number from 1 up, not "0".'],
    [['web'], 'It cannot "web": it knows stop.'],
  ])('does not understand %j, and says so', async (args, sentence) => {
    const place = { dataFolder: '/nonexistent', databaseUrl: undefined };
    const { status, stderr } = await administer(place, 'runs', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
  });
});
