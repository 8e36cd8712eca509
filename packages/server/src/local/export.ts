import { jsonText } from '@remotes/protocol/screen/json-text';
import { exportFleet } from '../domain/fleet-export.ts';
import { fleetFileText } from '../domain/fleet-file/fleet-file-text.ts';
import { type Given, localCommand } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';

/** `remotes-server export`: writes the file that `apply` reads. */
export const exportFile = localCommand({
  name: 'export',
  help: `Usage: remotes-server export [--without-hosts] [--saved-values]

Writes everything that is defined to standard output, as YAML that "remotes-server apply" finds nothing to change in. Values
of secret settings stay here: a file that says "secret: true" keeps what is stored.

  --without-hosts      without members of groups and values of variables, for a server that has other hosts
  --saved-values       with values of variables that runs have saved, too; usually only those that were set
  --json               JSON, which "apply" reads as well
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Example:
  remotes-server export > fleet.yaml`,
  actions: {
    '': {
      options: { 'without-hosts': { type: 'boolean' }, 'saved-values': { type: 'boolean' } },
      run: write,
    },
  },
});

async function write({ values, isJson, store }: Given): Promise<number> {
  const file = await withExistingStorage(store, (storage) =>
    exportFleet(storage.tables, {
      withoutHosts: values['without-hosts'] === true,
      withSavedValues: values['saved-values'] === true,
    }),
  );
  process.stdout.write(isJson ? `${jsonText(file)}\n` : fleetFileText(file));
  return 0;
}
