import type { CommandsListAnswer } from '@remotes/protocol/requests/commands-list';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { offeredCommands } from './offer.ts';

/** Lists what this host is still to execute. */
export async function listCommands(mind: Mind, host: KnownHost): Promise<CommandsListAnswer> {
  const definitions = await mind.definitions.current();
  const { tables } = mind.storage;
  const pending = await tables.pending.ofHost(host.id);
  const mayBeHeld = pending.some((wireNumber) => definitions.commands.get(wireNumber)?.stopOnFailure);
  const holds = mayBeHeld ? await tables.runs.holdsOfHost(host.id) : [];
  const offered = offeredCommands(definitions, { pending, holds }, mind.clock());
  return {
    status: 'OK',
    results: offered.map(({ commandsGroupId, id }) => ({ group: commandsGroupId, command: id })),
  };
}
