import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import { currentDefinitions } from './definitions.ts';
import { readId } from './host-finding.ts';
import type { Tables } from './ports.ts';

/** The wire number of the command with this name or number. The number of a command that is gone still finds its runs. */
export async function findWireNumber(
  tables: Tables,
  reference: string,
): Promise<number | AdministrationRefusal> {
  const definitions = await currentDefinitions(tables);
  const named = [...definitions.commands.values()].filter((command) => command.name === reference);
  if (named.length === 1) return named[0]!.id;
  if (named.length > 1) {
    const numbers = named.map((command) => `${command.id} (in "${command.commandsGroupName}")`).join(', ');
    return decline(
      'ambiguous_command',
      `Several commands are called "${reference}": say which by its number: ${numbers}.`,
    );
  }
  return (
    readId(reference) ??
    decline(
      'unknown_command',
      `There is no command "${reference}"; the runs of one that is gone are found by its number.`,
    )
  );
}
