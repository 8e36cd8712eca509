import { expect, test } from 'vitest';
import { createDefinitionsView } from '../../src/domain/definitions.ts';
import { lookAtWork } from '../../src/domain/hosts-work.ts';
import { dueCommands } from '../../src/domain/offer.ts';
import { eachDatabase } from '../databases.ts';
import { addVerifiedHost, sampleCommand, sampleCommandsGroup } from '../storage/sample-rows.ts';

eachDatabase((open) => {
  test('a host that asks right after a command was made is given it (it was told that nothing is due)', async () => {
    const { storage, write } = await open();
    const host = await write(addVerifiedHost);
    const view = createDefinitionsView(storage.tables, () => 0);
    await view.current();
    const id = await write(async (tables) => {
      const hostsGroup = await tables.hostsGroups.add('web', true);
      const commandsGroup = await tables.commandsGroups.add(sampleCommandsGroup(hostsGroup.id));
      const command = await tables.commands.add(
        sampleCommand(commandsGroup.id, { variables: [], outputVariables: [] }),
        1,
      );
      await tables.pending.add(host.id, command);
      await tables.server.bumpEpoch();
      return command;
    });
    const mind = { storage, definitions: view };
    const { definitions, work } = await lookAtWork(mind, { hostId: host.id, isSealed: true });
    expect(dueCommands(definitions, work, Date.now()).map((command) => command.id)).toEqual([id]);
  });
});
