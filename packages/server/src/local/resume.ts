import { jsonText } from '@remotes/protocol/screen/json-text';
import { isDeclined } from '../domain/administration-refusal.ts';
import { willRunText } from './hosts-change.ts';
import { localAuthor } from './local-author.ts';
import { type Given, localCommand, readCount } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';

/** `remotes-server resume`: hosts are offered again what is pending for them. */
export const resume = localCommand({
  name: 'resume',
  help: `Usage: remotes-server resume [--yes N]

Offers hosts again what is pending for them, after "remotes-server pause" or a restore. After a restore look first:
hosts of the v1 protocol will run again what they have run since the backup was made. Those of the sealed protocol
tell what they have run, and do not; but commands that were defined anew since then are new to them too.

  --yes N              agree that commands will run on N hosts; the number must be the very one. Asked for above the
                       setting confirm_above_hosts (10)
  --json               for programs
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Example:
  remotes-server resume --yes 120`,
  actions: { '': { options: { yes: { type: 'string' } }, run: resumeOffering } },
});

async function resumeOffering(given: Given): Promise<number> {
  const { isJson, store } = given;
  const agreedHosts = readCount(given, 'yes') ?? null;
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('resumeOffering', {
      agreedHosts,
      now: Date.now(),
      by: localAuthor(),
    });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    const { wasPaused, willRunOn } = answer;
    if (isJson) {
      console.log(jsonText({ is_paused: false, was_paused: wasPaused, will_run_on_hosts: willRunOn }));
    } else {
      console.log(wasPaused ? 'Hosts are offered commands again.' : 'Nothing was paused.');
      if (wasPaused && willRunOn > 0) console.log(willRunText(willRunOn));
    }
    return 0;
  });
}
