import type { CommandView } from '@remotes/protocol/operators/commands';
import { commandsRoutes } from '@remotes/protocol/operators/commands';
import { commandsGroupsRoutes } from '@remotes/protocol/operators/commands-groups';
import { type HostView, hostsRoutes } from '@remotes/protocol/operators/hosts';
import { type HostsGroupView, hostsGroupsRoutes } from '@remotes/protocol/operators/hosts-groups';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { runsRoutes } from '@remotes/protocol/operators/runs';
import { variablesRoutes } from '@remotes/protocol/operators/variables';
import { trouble, usageTrouble } from '../trouble.ts';
import type { Api } from './api.ts';
import { itemsOf } from './pages.ts';

/** The path of the API takes ids; people say names. Each of these finds the one that is meant, or throws. */

export function findHost(api: Api, word: string): Promise<HostView> {
  const hosts = itemsOf(api, hostsRoutes.hosts_list, { query: { q: word } });
  return findOne(
    'host',
    word,
    hosts,
    async (id) => (await api.ask(hostsRoutes.hosts_show, { params: { id } })).answer,
  );
}

export async function findHosts(api: Api, words: readonly string[]): Promise<HostView[]> {
  const found: HostView[] = [];
  for (const word of words) found.push(await findHost(api, word));
  return found;
}

export function findHostsGroup(api: Api, word: string): Promise<HostsGroupView> {
  const groups = itemsOf(api, hostsGroupsRoutes.hosts_groups_list, { query: { q: word } });
  return findOne('hosts group', word, groups);
}

export function findCommandsGroup(api: Api, word: string) {
  return findOne('commands group', word, itemsOf(api, commandsGroupsRoutes.commands_groups_list, {}));
}

/** A command by its name, by `commands group/name` where several have it, or by its number. */
export async function findCommand(api: Api, word: string): Promise<CommandView> {
  const byId = async (id: number) => (await api.ask(commandsRoutes.commands_show, { params: { id } })).answer;
  const slash = word.indexOf('/');
  const named = itemsOf(api, commandsRoutes.commands_list, { query: { name: word } });
  if (slash < 0)
    return findOne(
      'command',
      word,
      named,
      byId,
      (command) => `${command.commands_group.name}/${command.name}`,
    );
  const [group, name] = [word.slice(0, slash), word.slice(slash + 1)];
  const inGroup: CommandView[] = [];
  for await (const command of itemsOf(api, commandsRoutes.commands_list, { query: { name } })) {
    if (command.commands_group.name === group) inGroup.push(command);
  }
  return inGroup[0] ?? findOne('command', word, named);
}

/** A variable by `category/name`, or by its name where only one has it. */
export async function findVariable(api: Api, word: string) {
  const names = new Map<string, { id: number; name: string; category: string }>();
  for await (const variable of itemsOf(api, variablesRoutes.variables_list, { query: { q: word } })) {
    if (word === `${variable.category}/${variable.name}`) return variable;
    if (word === variable.name) names.set(`${variable.category}/${variable.name}`, variable);
  }
  const [[, only] = [], ...more] = names;
  if (only && more.length === 0) return only;
  if (only)
    throw trouble('refused', `Several variables are called "${word}": ${[...names.keys()].join(', ')}.`);
  throw trouble('refused', `There is no variable "${word}".`);
}

/** The id of a job; `last` is the newest one that was made by somebody. */
export function findJob(api: Api, word: string): Promise<string> {
  return findUuid('job', word, itemsOf(api, jobsRoutes.jobs_list, { query: { kind: 'ad_hoc' } }, 1));
}

/** The id of a run; `last` is the newest one that was handed to a host. */
export function findRun(api: Api, word: string): Promise<string> {
  return findUuid('run', word, itemsOf(api, runsRoutes.runs_list, {}, 1));
}

async function findUuid(
  noun: string,
  word: string,
  newest: AsyncIterable<{ readonly id: string }>,
): Promise<string> {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word)) return word.toLowerCase();
  if (word !== 'last') throw usageTrouble(`"${word}" is no id of a ${noun}; "last" is the newest one.`);
  for await (const { id } of newest) return id;
  throw trouble('refused', `There is no ${noun} yet.`);
}

async function findOne<Item extends { id: number; name: string }>(
  noun: string,
  word: string,
  items: AsyncIterable<Item>,
  byId?: (id: number) => Promise<Item>,
  describe: (item: Item) => string = ({ id }) => String(id),
): Promise<Item> {
  const named: Item[] = [];
  let numbered: Item | undefined;
  for await (const item of items) {
    if (item.name === word) named.push(item);
    if (String(item.id) === word) numbered = item;
  }
  const [only, ...more] = named;
  if (only && more.length === 0) return only;
  if (only) throw trouble('refused', `Several have the name "${word}": ${named.map(describe).join(', ')}.`);
  if (numbered) return numbered;
  if (byId && /^[1-9]\d{0,14}$/.test(word)) return byId(Number(word));
  throw trouble('refused', `There is no ${noun} "${word}".`);
}
