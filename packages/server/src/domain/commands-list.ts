import type { ServerMessage } from '@remotes/protocol/messages';
import type { CommandsListAnswer } from '@remotes/protocol/requests/commands-list';
import type { Speaker } from './host-messages.ts';
import { lookAtWork } from './hosts-work.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { offeredCommands } from './offer.ts';

/** Lists what this host is still to execute. */
export async function listCommands(mind: Mind, host: KnownHost): Promise<CommandsListAnswer> {
  return { status: 'OK', results: await listOffered(mind, host, { isSealed: false }) };
}

/** The same over the sealed protocol, which carries programs of every interpreter. */
export async function listDue({ mind, host }: Speaker): Promise<readonly ServerMessage[]> {
  return [{ type: 'commands', results: await listOffered(mind, host, { isSealed: true }) }];
}

async function listOffered(
  mind: Mind,
  host: KnownHost,
  { isSealed }: { isSealed: boolean },
): Promise<CommandsListAnswer['results']> {
  const { definitions, work } = await lookAtWork(mind, { hostId: host.id, isSealed });
  const offered = offeredCommands(definitions, work, mind.clock());
  return offered.map(({ commandsGroupId, id }) => ({ group: commandsGroupId, command: id }));
}
