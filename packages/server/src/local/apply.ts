import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { applyFleet } from '../domain/fleet-apply.ts';
import { readFleetFile } from '../domain/fleet-file/fleet-file-reading.ts';
import { startProblem } from '../domain/start-problem.ts';
import { createApplyReport } from './apply-report.ts';
import { localAuthor } from './local-author.ts';
import { type Given, localCommand, readCount } from './local-command.ts';
import { openExistingStore } from './open-store.ts';

/** `remotes-server apply`: makes the fleet what a file says. */
export const apply = localCommand({
  name: 'apply',
  help: `Usage: remotes-server apply FILE [--dry-run] [--prune] [--yes N]

Makes hosts groups, settings, variables, commands groups and commands what a YAML file says ("-": standard input). All
of it is done or nothing. It adds and changes; applied twice, it changes nothing the second time. "remotes-server export"
writes such a file, and schema/fleet.schema.json tells editors what can stand in it.

  --dry-run            show what would be done, and do nothing
  --prune              remove what the file does not name, of those sections that it has; shown before it is done.
                       Settings that steer the server stay, and so does what is still used
  --yes N              agree that commands will run on N hosts; the number must be the very one. Asked for above the
                       setting confirm_above_hosts (10), as it was before the file
  --json               for programs
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server apply fleet.yaml --dry-run
  remotes-server export > fleet.yaml`,
  actions: {
    '': {
      takes: ['FILE'],
      options: { 'dry-run': { type: 'boolean' }, prune: { type: 'boolean' }, yes: { type: 'string' } },
      run: applyFile,
    },
  },
});

async function applyFile(given: Given): Promise<number> {
  const [fileName = ''] = given.words;
  const agreedHosts = readCount(given, 'yes', 0) ?? null;
  const reading = readFleetFile(await readText(fileName));
  const report = createApplyReport(fileName === '-' ? 'standard input' : fileName, given.isJson, reading);
  if (!reading.file) return report.refuse([]);
  const store = await openExistingStore(given.store);
  try {
    const outcome = await applyFleet({ ...store, clock: Date.now }, reading.file, {
      by: localAuthor(),
      isPruning: given.values.prune === true,
      agreedHosts,
      mayApply: given.values['dry-run'] !== true && reading.problems.length === 0,
      show: report.show,
    });
    return report.end(outcome);
  } finally {
    await store.storage.close();
  }
}

async function readText(fileName: string): Promise<string> {
  try {
    return fileName === '-' ? await text(process.stdin) : await readFile(fileName, 'utf8');
  } catch (trouble) {
    throw startProblem(`${fileName} cannot be read: ${(trouble as Error).message}.`, trouble);
  }
}
