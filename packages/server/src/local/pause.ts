import { randomUUID } from 'node:crypto';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { localAuthor } from './local-author.ts';
import { type Given, localCommand } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';
import { restoredRemark } from './restored-remark.ts';

/** `remotes-server pause`: from now on no host is offered anything. */
export const pause = localCommand({
  name: 'pause',
  help: `Usage: remotes-server pause [--restored]

From now on nothing is offered to any host, until "remotes-server resume". What hosts are running goes on, and its
results are taken.

  --restored           the database was just put back from a backup with PostgreSQL's own programs: it counts as
                       another store from now on, as hosts may have run more than it knows of
  --json               for programs
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Example:
  remotes-server pause`,
  actions: { '': { options: { restored: { type: 'boolean' } }, run: pauseOffering } },
});

async function pauseOffering({ values, isJson, store }: Given): Promise<number> {
  return withExistingStorage(store, async (storage) => {
    const storeId = values.restored === true ? randomUUID() : null;
    const { wasPaused } = await storage.decide('pauseOffering', {
      storeId,
      now: Date.now(),
      by: localAuthor(),
    });
    if (isJson) console.log(jsonText({ is_paused: true, was_paused: wasPaused }));
    else {
      console.log('Nothing is offered to any host until "remotes-server resume".');
      if (storeId !== null) console.log(restoredRemark);
    }
    return 0;
  });
}
