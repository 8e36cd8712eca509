import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crashPoints } from '../../src/crash-point.ts';
import { removeAbandonedFolders } from '../../src/host/run-folder.ts';
import { journalFolder } from './journal-folder.ts';

const here = journalFolder();
const runsOneCommand = new URL('fixtures/runs-one-command.ts', import.meta.url).pathname;
const fillsTheDisk = new URL('fixtures/fills-the-disk.ts', import.meta.url).pathname;

const expected: Record<
  (typeof crashPoints)[number],
  { runs: number; held: 'nothing' | 'begun' | 'finished' }
> = {
  'journal-before-begin': { runs: 0, held: 'nothing' },
  'journal-begun': { runs: 0, held: 'begun' },
  'program-ended': { runs: 1, held: 'begun' },
  'journal-finished': { runs: 1, held: 'finished' },
  posted: { runs: 1, held: 'finished' },
  'journal-stored': { runs: 1, held: 'nothing' },
};

describe('a client that is killed', () => {
  test.each(crashPoints)('at %s loses nothing that it has promised', async (point) => {
    const witness = here.path('../witness');
    const client = spawnSync(process.execPath, [runsOneCommand, here.folder(), witness, point]);
    expect(client.signal).toBe('SIGKILL');
    await removeAbandonedFolders();

    const journal = await here.open();
    expect(journal.notices).toEqual([]);
    const runs = existsSync(witness) ? readFileSync(witness, 'utf8').trim().split('\n').length : 0;
    const [held] = journal.held();
    const state = held === undefined ? 'nothing' : held.outcome === undefined ? 'begun' : 'finished';
    expect({ runs, held: state }).toEqual(expected[point]);
    if (held?.outcome !== undefined) {
      expect(held.outcome).toMatchObject({ exitCode: 0, resultText: '[1]' });
      expect(held.outcome.stdout.toString()).toBe('printed\n');
    }
  });

  test('at no point, when none is armed', () => {
    const witness = here.path('../witness');
    const client = spawnSync(process.execPath, [runsOneCommand, here.folder(), witness]);
    expect([client.status, client.stderr.toString()]).toEqual([0, '']);
    expect(readdirSync(here.folder())).toEqual(['journal']);
  });
});

describe('when the disk is full', () => {
  // A limit on the size of files stands in for a full disk: writing beyond it fails in the same way.
  const fill = (outputBytes: number) => {
    const command = `trap '' XFSZ; ulimit -f 8; exec "${process.execPath}" "$0" "$@"`;
    const args = ['-c', command, fillsTheDisk, here.folder(), String(outputBytes)];
    return JSON.parse(execFileSync('bash', args).toString());
  };
  const full = { refused: 'journal_full', sentence: expect.stringContaining('the disk is full (EFBIG)') };

  test('a run that can’t be written down does not begin, and nothing is lost', async () => {
    const { answers, held } = fill(500);
    expect(answers.at(-1)).toMatchObject(full);
    expect(answers.length).toBeGreaterThan(6);
    const journal = await here.open();
    expect(journal.notices).toEqual([]);
    expect(journal.held()).toHaveLength(held.length);
  });

  test('an output for which there is no room is kept in memory, its outcome and result on the disk too', async () => {
    const { answers, held } = fill(20_000);
    expect(answers.slice(0, 2)).toEqual(['begun', expect.objectContaining(full)]);
    expect(held[0]).toBe(20_000);
    const [run] = (await here.open()).held();
    expect(run?.outcome).toMatchObject({
      exitCode: 0,
      resultText: '[1]',
      cutBytes: { stdout: 20_000, stderr: 0 },
    });
    expect(run?.outcome?.stdout).toHaveLength(0);
  });
});
