import { jsonText } from '@remotes/protocol/screen/json-text';
import { RunState } from '@remotes/protocol/values/run';
import { isDeclined } from '../domain/administration-refusal.ts';
import { createRunsReader, readRunFilter } from '../domain/runs-reading.ts';
import { type Given, localCommand, readCount, usageError } from './local-command.ts';
import { masterKeyAtHand } from './master-key.ts';
import { withExistingStorage } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';
import { stopRun } from './run-stop.ts';
import { runHeader, runJson, runRow } from './run-text.ts';
import { followRuns } from './runs-follow.ts';
import { table } from './table.ts';

const usualLimit = 20;

/** `remotes-server runs`: what hosts carried out, newest last, and the end of what they carry out. */
export const runs = localCommand({
  name: 'runs',
  help: `Usage: remotes-server runs [--host HOST] [--command COMMAND] [--state STATE] [--limit N] [--follow]
       remotes-server runs stop RUN

Shows the newest runs, newest last. EXIT is "unknown" where the host's protocol cannot tell it.

"stop" ends a run that has not ended: its host is told at its next sign of life, some seconds later, and ends the
program with everything that it started, or never begins it. One that was not handed out yet is cancelled. A host on the
v1 protocol cannot be told. RUN is a number or a UUID.

  --host HOST          only runs of this host (name, id or uuid)
  --command COMMAND    only runs of this command (name or number)
  --state STATE        only runs in this state: ${RunState.enum.slice(0, 7).join(', ')},
                       ${RunState.enum.slice(7).join(', ')}
  --limit N            how many (${usualLimit})
  --follow             go on with new runs, and again when they end, until Ctrl-C
  --json               for programs: an array, or with --follow one object a line
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server runs --host web1 --state failed
  remotes-server runs --follow
  remotes-server runs stop 17`,
  actions: {
    '': {
      options: {
        host: { type: 'string' },
        command: { type: 'string' },
        state: { type: 'string' },
        limit: { type: 'string' },
        follow: { type: 'boolean' },
      },
      run: showRuns,
    },
    stop: { takes: ['RUN'], run: stopRun },
  },
});

async function showRuns(given: Given): Promise<number> {
  const { values, isJson, store } = given;
  const { host, command } = values as Readonly<Record<string, string | undefined>>;
  const state = readState(values.state as string | undefined);
  const limit = readCount(given, 'limit') ?? usualLimit;
  return withExistingStorage(store, async ({ tables }) => {
    const filter = await readRunFilter(tables, { host, command });
    if (isDeclined(filter)) return showRefusal(filter, isJson);
    const reader = createRunsReader(tables, await masterKeyAtHand(store));
    if (values.follow === true) return followRuns(reader, { filter, state, limit, isJson });
    const found = await reader.list({ ...filter, ...(state && { state }), limit });
    if (isJson) console.log(jsonText(found.map(runJson)));
    else if (found.length === 0) console.error('There are no such runs.');
    else for (const line of table(runHeader, found.map(runRow))) console.log(line);
    return 0;
  });
}

function readState(written: string | undefined): RunState | undefined {
  const state = RunState.enum.find((known) => known === written);
  if (written === undefined || state !== undefined) return state;
  throw usageError(`There is no state "${written}": it is one of ${RunState.enum.join(', ')}.`);
}
