import { commandsRoutes } from '@remotes/protocol/operators/commands';
import { commandsGroupsRoutes } from '@remotes/protocol/operators/commands-groups';
import { hostsRoutes } from '@remotes/protocol/operators/hosts';
import { hostsGroupsRoutes } from '@remotes/protocol/operators/hosts-groups';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { operatorsRoutes } from '@remotes/protocol/operators/operators';
import { settingsRoutes } from '@remotes/protocol/operators/settings';
import { variablesRoutes } from '@remotes/protocol/operators/variables';
import { interpreters } from '@remotes/protocol/values/interpreter';
import type { Api } from './api/api.ts';
import { itemsOf } from './api/pages.ts';
import type { Given } from './command.ts';
import { connect } from './connect.ts';
import { readServers } from './folder/servers-file.ts';
import { outputFormats } from './screen/format.ts';

/** A shell asks while somebody waits: more than these would not help. */
const mostNames = 1000;

/** What could stand where a help says HOST, GROUP and the like; nothing where nobody is signed in, or the server is away. */
export async function namesOf(given: Given, stands: string): Promise<readonly string[]> {
  if (stands === 'SERVER') return Object.keys(readServers(given.config.folder).servers);
  if (stands === 'FORMAT') return outputFormats;
  if (stands === 'INTERPRETER') return [...interpreters, 'auto'];
  if (stands === 'SHELL') return ['bash', 'zsh', 'fish'];
  const ask = asks[stands];
  if (!ask) return [];
  try {
    return await ask(connect(given));
  } catch {
    return [];
  }
}

const asks: Readonly<Record<string, (api: Api) => Promise<string[]>>> = {
  HOST: (api) => gather(itemsOf(api, hostsRoutes.hosts_list, {}, mostNames), ({ name }) => name),
  GROUP: (api) =>
    gather(itemsOf(api, hostsGroupsRoutes.hosts_groups_list, {}, mostNames), ({ name }) => name),
  COMMAND: (api) => gather(itemsOf(api, commandsRoutes.commands_list, {}, mostNames), ({ name }) => name),
  'COMMANDS-GROUP': (api) =>
    gather(itemsOf(api, commandsGroupsRoutes.commands_groups_list, {}, mostNames), ({ name }) => name),
  SETTING: (api) => gather(itemsOf(api, settingsRoutes.settings_list, {}, mostNames), ({ name }) => name),
  VARIABLE: (api) =>
    gather(
      itemsOf(api, variablesRoutes.variables_list, {}, mostNames),
      ({ category, name }) => `${category}/${name}`,
    ),
  JOB: async (api) => ['last', ...(await gather(itemsOf(api, jobsRoutes.jobs_list, {}, 20), ({ id }) => id))],
  OPERATOR: async (api) =>
    (await api.ask(operatorsRoutes.operators_list, {})).answer.items.map(({ name }) => name),
};

async function gather<Item>(items: AsyncIterable<Item>, name: (item: Item) => string): Promise<string[]> {
  const names: string[] = [];
  for await (const item of items) names.push(name(item));
  return names;
}
