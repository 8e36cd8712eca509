import type { CommandShape, Given } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { readServers, writeServers } from '../folder/servers-file.ts';
import { showList } from '../screen/listing.ts';
import { trouble } from '../trouble.ts';

export const use: CommandShape = {
  name: 'use',
  help: `Usage: remotes use [NAME]

Chooses the server that is meant when neither --server nor REMOTES_SERVER names one; without NAME it lists those that are known.

  -o wide|csv, --json  other forms of the list

Example:
  remotes use remotes.example.com`,
  actions: { '': { takes: ['[SERVER]'], run: chooseOrList } },
};

async function chooseOrList(given: Given): Promise<number> {
  const [name] = given.words;
  const known = readServers(given.config.folder);
  if (name !== undefined) {
    if (!Object.hasOwn(known.servers, name))
      throw trouble(
        'refused',
        `There is no server "${name}" here: "remotes use" lists them, "remotes login URL" adds one.`,
      );
    writeServers(given.config.folder, { ...known, current: name });
    return exitStatus.done;
  }
  const items = Object.entries(known.servers).map(([name, { url, operator, token }]) => ({
    name,
    url,
    operator,
    is_signed_in: token !== undefined,
    is_current: name === known.current,
  }));
  type Item = (typeof items)[number];
  const columns = [
    { title: 'Name', of: (item: Item) => item.name },
    { title: 'URL', of: (item: Item) => item.url },
    { title: 'Operator', of: (item: Item) => (item.is_signed_in ? item.operator : '') },
    { title: 'Current', of: (item: Item) => (item.is_current ? 'yes' : '') },
  ];
  await showList(given.format, columns, items);
  return exitStatus.done;
}
