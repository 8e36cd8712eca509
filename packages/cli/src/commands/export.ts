import { fleetRoutes } from '@remotes/protocol/operators/fleet';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { writeParts } from '../folder/write-parts.ts';
import { isGiven } from '../given.ts';

export const exportFleet: CommandShape = {
  name: 'export',
  help: `Usage: remotes export [FILE] [--without-hosts] [--saved-values]

Writes everything that is defined, as YAML that "remotes apply" finds nothing to change in. Values of secret settings stay with
the server: a file that says "secret: true" keeps what is stored.

  --without-hosts      without members of groups and values of variables, for a server that has other hosts
  --saved-values       with values of variables that runs have saved, too; usually only those that were set

Example:
  remotes export fleet.yaml`,
  actions: {
    '': {
      takes: ['[FILE]'],
      options: { 'without-hosts': { type: 'boolean' }, 'saved-values': { type: 'boolean' } },
      run: writeFile,
    },
  },
};

async function writeFile(given: Given): Promise<number> {
  const [path = '-'] = given.words;
  const query = {
    ...(isGiven(given, 'without-hosts') && { without_hosts: true }),
    ...(isGiven(given, 'saved-values') && { saved_values: true }),
  };
  const parts = await connect(given).stream(fleetRoutes.fleet_export, { query });
  await writeParts(path, parts);
  return exitStatus.done;
}
