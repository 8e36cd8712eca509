import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sealSetting } from '../../src/domain/secret-setting.ts';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { createFleet, createMachine } from '../domain/small-fleet.ts';
import { administer } from './program.ts';

const escapes = 'plain \u001b]0;title\u0007\u001b[31mred\u009b31m\r\nend';

describe('remotes-server output', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      return {
        database,
        fleet,
        async run(output: string | Buffer, result?: string): Promise<void> {
          const id = await fleet.define({ name: 'greet' });
          await machine.get(id);
          fleet.pass(3000);
          if (result !== undefined) await machine.post(id, output, result);
        },
      };
    };

    test('writes what was printed byte for byte, and says on stderr how the run ended', async () => {
      const { database, run } = await begin();
      await run(` ${escapes} \n\n`, 'careful!\n[\n  "a"\n]');
      expect(await administer(database, 'output', '1')).toEqual({
        status: 0,
        stdout: ` ${escapes} \n\n`,
        stderr:
          'careful!\nRun 1, "greet" on 000001: succeeded, exit status unknown (the host did not tell it), after 3.0 s.\n',
      });
      const uuid = (await database.storage.tables.runs.byNumber(1))?.id ?? '';
      expect((await administer(database, 'output', uuid, '--stdout')).stdout).toBe(` ${escapes} \n\n`);
      expect((await administer(database, 'output', '1', '--stderr')).stdout).toBe('careful!\n');
      expect((await administer(database, 'output', '1', '--result')).stdout).toBe('[\n  "a"\n]');
    });

    test('shows what a failure said', async () => {
      const { database, run } = await begin();
      await run('before', 'Traceback: no');
      const { stdout, stderr } = await administer(database, 'output', '1');
      expect(stdout).toBe('before');
      expect(stderr).toBe(
        'Traceback: no\nRun 1, "greet" on 000001: failed, exit status unknown (the host did not tell it), after 3.0 s.\n',
      );
      expect((await administer(database, 'output', '1', '--result')).stdout).toBe('Traceback: no');
    });

    test('says what is cut and what is masked', async () => {
      const { database, fleet, run } = await begin();
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'password',
          value: sealSetting(fleet.mind.masterKey, 'password', 'correct horse'),
          description: '',
          isSecret: true,
          isActive: true,
        }),
      );
      await run(`correct horse${'x'.repeat(2000)}`, '[]');
      const { stdout, stderr } = await administer(database, 'output', '1');
      expect(stdout).toMatch(/^\*{8}x+\n\[1008 bytes left out: .*\]\nx+$/);
      expect(stderr).toContain(
        '\n1008 bytes in the middle of its output were not kept, by its host or here: it was longer than the limit.\n',
      );
      expect(stderr).toContain('\nValues of secret settings in it were masked.\n');
    });

    test('says honestly that nothing came back yet, and that nobody knows how it ended', async () => {
      const { database, fleet, run } = await begin();
      await run('');
      expect(await administer(database, 'output', '1')).toMatchObject({
        stdout: '',
        stderr: 'Run 1, "greet" on 000001: delivered, no end reported yet.\n',
      });
      fleet.pass(3600_000);
      await database.storage.decide('interruptOverdueRuns', { now: fleet.mind.clock(), limit: 10 });
      expect((await administer(database, 'output', '1')).stderr).toBe(
        'Run 1, "greet" on 000001: interrupted: it may have run, and how it ended is not known (nothing came back in time).\n',
      );
    });

    test.each([
      [{ state: 'succeeded', exitCode: 0 }, 'succeeded, exit status 0, after 3.0 s'],
      [{ state: 'failed', exitCode: 3 }, 'failed, exit status 3, after 3.0 s'],
      [{ state: 'failed', signal: 'SIGSEGV' }, 'failed, exit status SIGSEGV, after 3.0 s'],
      [{ state: 'timed_out' }, 'timed out, after 3.0 s'],
      [
        { state: 'interrupted', reason: 'host_says' },
        'interrupted: it may have run, and how it ended is not known (the host says that it was cut off)',
      ],
    ] as const)('tells an ending that is known: %j', async (change, ending) => {
      const { database, run } = await begin();
      await run('', '[]');
      await database.write((tables) => tables.runs.change(1, { ...change, result: '' }));
      expect((await administer(database, 'output', '1')).stderr).toBe(
        `Run 1, "greet" on 000001: ${ending}.\n`,
      );
    });

    test('gives programs all of it; what is no UTF-8 in base64 too', async () => {
      const { database, run } = await begin();
      await run(Buffer.from('a\xff\0', 'latin1'), 'note\n["r"]');
      const { stdout } = await administer(database, 'output', '1', '--json');
      expect(JSON.parse(stdout)).toMatchObject({
        number: 1,
        state: 'succeeded',
        exit_code: null,
        stdout: 'a\ufffd\0',
        stdout_base64: 'Yf8A',
        stderr: 'note\n',
        result: '["r"]',
      });
      expect(JSON.parse(stdout)).not.toHaveProperty('stderr_base64');
    });

    test('megabytes go through a pipe whole, and a reader that stops early is no fault', async () => {
      const { database } = await begin();
      const bytes = Buffer.alloc(3_000_000, 'line of text\n');
      await addRun(database, bytes);
      expect((await administer(database, 'output', '1')).stdout).toHaveLength(bytes.length);
      const early = await inShell(database, `${programLine('output', '1')} | head -c 5`);
      expect(early).toEqual({ stdout: 'line ', stderr: '' });
    });

    test.each([
      ['7', 'There is no run "7": "remotes-server runs" lists them by number.'],
      ['x', 'There is no run "x": "remotes-server runs" lists them by number.'],
      ['00000000-0000-7000-8000-000000000000', 'There is no run "00000000-'],
      ['99999999999999999999', 'There is no run "9999'],
    ])('there is no run %s: refused in one sentence', async (reference, sentence) => {
      const { status, stdout, stderr } = await administer(await open(), 'output', reference);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(sentence);
    });

    test.skipIf(!existsSync('/usr/bin/script'))(
      'on a terminal, characters that would steer it are made visible',
      async () => {
        const { database, run } = await begin();
        await run(escapes, `\u001b[2J`);
        const seen = (await inShell(database, `script -qec "${programLine('output', '1')}" /dev/null`))
          .stdout;
        expect(seen).toContain('plain ␛]0;title␇␛[31mred\ufffd31m\r\nend\r\n');
        expect(seen).toContain('␛[2J\r\n');
        for (const character of ['\u001b', '\u0007', '\u009b']) expect(seen).not.toContain(character);
      },
    );
  });

  test.each([
    [[], '"output" takes RUN, not nothing.'],
    [['1', '2'], '"output" takes RUN, not "1 2".'],
    [['1', '--stdout', '--result'], '--stdout and --result exclude each other: give one of them.'],
  ])('does not understand %j, and says so', async (args, sentence) => {
    const place = { dataFolder: '/nonexistent', databaseUrl: undefined };
    const { status, stderr } = await administer(place, 'output', ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
  });
});

function addRun(database: OpenDatabase, stdout: Buffer): Promise<void> {
  return database.write(async (tables) => {
    const number = await tables.runs.add({
      id: crypto.randomUUID(),
      jobId: crypto.randomUUID(),
      hostId: 1,
      wireNumber: 7,
      commandName: 'long',
      revision: 1,
      attempt: 1,
      state: 'succeeded',
      inputs: '{}',
      interpreter: 'python',
      deliveredAt: 0,
    });
    await tables.outputs.addChunk(number, 'stdout', 0, stdout);
  });
}

function programLine(...args: readonly string[]): string {
  const file = fileURLToPath(new URL('../../bin/remotes-server.js', import.meta.url));
  return [process.execPath, file, ...args].map((word) => `'${word}'`).join(' ');
}

async function inShell(database: OpenDatabase, line: string): Promise<{ stdout: string; stderr: string }> {
  const shell = spawn('sh', ['-c', line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      REMOTES_DATA: database.dataFolder,
      ...(database.databaseUrl !== undefined && { REMOTES_DATABASE_URL: database.databaseUrl }),
    },
  });
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  return { stdout, stderr };
}
