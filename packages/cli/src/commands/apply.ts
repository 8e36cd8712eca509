import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fleetRoutes } from '@remotes/protocol/operators/fleet';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { trouble } from '../trouble.ts';
import { changeOptions, withAgreement } from './agreement.ts';
import { showChange } from './change-report.ts';

export const apply: CommandShape = {
  name: 'apply',
  help: `Usage: remotes apply FILE [--dry-run] [--prune] [--yes N]

Makes hosts groups, settings, variables, commands groups and commands what a YAML file says ("-": standard input). All of it is
done or nothing. It adds and changes; applied twice, it changes nothing the second time. "remotes export" writes such a file.

  --dry-run            show what would be done, and do nothing
  --prune              remove what the file does not name, of those sections that it has
  --yes N              agree that commands will run on N hosts; asked for above the setting confirm_above_hosts
  --json               for programs

Example:
  remotes apply fleet.yaml --dry-run`,
  actions: {
    '': { takes: ['FILE'], options: { ...changeOptions, prune: { type: 'boolean' } }, run: applyFile },
  },
};

async function applyFile(given: Given): Promise<number> {
  const file = await readText(given.words[0] ?? '');
  const api = connect(given);
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(fleetRoutes.fleet_apply, {
      body: { file, ...(isGiven(given, 'prune') && { prune: true }), ...agreement },
    }),
  );
  await showChange(given, answer);
  return exitStatus.done;
}

async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  } catch (thrown) {
    throw trouble('usage', `${path} cannot be read: ${(thrown as Error).message}.`);
  }
}
