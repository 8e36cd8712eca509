import { jsonText } from '@remotes/protocol/screen/json-text';
import { durationText, localTime } from '@remotes/protocol/screen/time-text';
import { apiLogView } from '../domain/api/api-log.ts';
import { currentDefinitions } from '../domain/definitions.ts';
import type { ApiLogEntry } from '../domain/ports.ts';
import { isSwitchedOn } from '../domain/steering-settings.ts';
import { type Given, localCommand, readCount } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';
import { table } from './table.ts';

const usualLimit = 50;

/** `remotes-server api_log`: which requests came in, newest last. */
export const apiLog = localCommand({
  name: 'api_log',
  help: `Usage: remotes-server api_log [--limit N]

Shows the newest requests of the API log, newest last. Requests are logged while the setting apilog_enable_logging is
1, true or yes; with what was sent, tokens and keys masked, while apilog_include_arguments is.

  --limit N            how many (${usualLimit})
  --json               for programs, with request ids and what was sent
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Example:
  remotes-server api_log --limit 1000 --json`,
  actions: { '': { options: { limit: { type: 'string' } }, run: show } },
});

async function show(given: Given): Promise<number> {
  const { isJson, store } = given;
  const limit = readCount(given, 'limit') ?? usualLimit;
  return withExistingStorage(store, async ({ tables }) => {
    if (!isSwitchedOn(await currentDefinitions(tables), 'apilog_enable_logging')) {
      console.error('No requests are being logged: the setting apilog_enable_logging is not on.');
    }
    const entries = (await tables.apiLog.list(limit)).reverse();
    if (isJson) console.log(jsonText(entries.map(apiLogView)));
    else if (entries.length === 0) console.error('The API log is empty.');
    else for (const line of lines(entries)) console.log(line);
    return 0;
  });
}

function lines(entries: readonly ApiLogEntry[]): string[] {
  return table(
    ['TIME', 'METHOD', 'PATH', 'STATUS', 'WHO', 'ADDRESS', 'TOOK'],
    entries.map((entry) => [
      localTime(entry.at),
      entry.method,
      entry.path,
      String(entry.status),
      entry.hostName ?? entry.operatorName ?? '',
      entry.address,
      entry.durationMs < 1000 ? `${entry.durationMs.toFixed(1)} ms` : durationText(entry.durationMs),
    ]),
  );
}
