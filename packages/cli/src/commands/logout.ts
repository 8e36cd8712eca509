import { sessionsRoutes } from '@remotes/protocol/operators/sessions';
import type { CommandShape, Given } from '../command.ts';
import { chooseServer, openUnwatched } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readServers, writeServers } from '../folder/servers-file.ts';
import { isTrouble } from '../trouble.ts';

export const logout: CommandShape = {
  name: 'logout',
  help: `Usage: remotes logout [--server NAME]

Ends the session at the server, and forgets it here. An API token is only forgotten: revoke it with "remotes api-tokens".`,
  actions: { '': { run: signOut } },
};

async function signOut(given: Given): Promise<number> {
  const { folder } = given.config;
  const server = chooseServer(given);
  if (server.token?.startsWith('rmt_ses_')) await endSession(() => openUnwatched(server));
  const { current, servers } = readServers(folder);
  const entries = Object.entries(servers).map(([name, entry]) => {
    const { token: _token, ...rest } = entry;
    return [name, entry.url === server.url ? rest : entry] as const;
  });
  writeServers(folder, { current, servers: Object.fromEntries(entries) });
  console.error(`Signed out of ${server.url}.`);
  return exitStatus.done;
}

/** Forgotten here even where the server cannot be told; then it says so. */
async function endSession(open: () => ReturnType<typeof openUnwatched>): Promise<void> {
  try {
    await open().ask(sessionsRoutes.session_end, {});
  } catch (thrown) {
    if (!isTrouble(thrown)) throw thrown;
    if (thrown.problem !== 'not_signed_in')
      console.error(`The session could not be ended there: ${thrown.message}`);
  }
}
