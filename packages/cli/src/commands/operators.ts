import { type Operator, operatorsRoutes } from '@remotes/protocol/operators/operators';
import type { Api } from '../api/api.ts';
import { findHostsGroup } from '../api/find.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readText, readTexts } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell, timeText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { trouble, usageTrouble } from '../trouble.ts';
import { readChoice, readSwitch } from './choice.ts';
import { withConfirmation } from './confirmation.ts';

export const roles = ['viewer', 'operator', 'admin'] as const;
const narrowing = { group: { type: 'string', short: 'g', multiple: true, stands: 'GROUP' } } as const;

export const operators: CommandShape = {
  name: 'operators',
  help: `Usage: remotes operators [list]
       remotes operators show NAME
       remotes operators create NAME --role viewer|operator|admin [-g GROUP]…
       remotes operators change NAME [--name NAME] [--role ROLE] [-g GROUP… | --all-groups] [--active yes|no]
       remotes operators setup-link NAME [--forget-factors]
       remotes operators end-sessions NAME
       remotes operators remove NAME

Accounts. A new one gets a link by which its owner chooses a password: "remotes login URL --setup". It is good once, and
printed once.

  --role ROLE          a viewer sees; an operator runs, and edits commands and variables; an admin does all
  -g, --group GROUP    narrows the rights to this hosts group; may be repeated
  --all-groups         narrows them no more
  --active yes|no      switched off, an account's sessions and tokens end at once
  --forget-factors     the link also takes away one-time codes and passkeys, for whoever has lost them
  --json, -o csv       other forms

Example:
  remotes operators create ada --role operator -g web`,
  actions: {
    list: { run: list },
    show: { takes: ['OPERATOR'], run: show },
    create: { takes: ['NAME'], options: { role: { type: 'string' }, ...narrowing }, run: create },
    change: {
      takes: ['OPERATOR'],
      options: {
        name: { type: 'string' },
        role: { type: 'string' },
        ...narrowing,
        'all-groups': { type: 'boolean' },
        active: { type: 'string' },
      },
      run: change,
    },
    'setup-link': { takes: ['OPERATOR'], options: { 'forget-factors': { type: 'boolean' } }, run: makeLink },
    'end-sessions': { takes: ['OPERATOR'], run: endSessions },
    remove: { takes: ['OPERATOR'], run: remove },
  },
};

const columns: readonly Column<Operator>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Name', of: ({ name }) => name },
  { title: 'Role', of: ({ role }) => role },
  {
    title: 'Hosts groups',
    of: ({ hosts_groups: groups }) => groups?.map(({ name }) => name).join(', ') ?? 'all',
  },
  { title: 'Active', of: ({ is_active: isActive }) => isActive },
  { title: 'Password', of: ({ has_password: hasPassword }) => (hasPassword ? 'set' : 'not yet') },
  { title: 'Second factor', of: factorsText },
  { title: 'Made', isWhole: true, of: ({ created_at: at }) => momentCell(at) },
];

async function list(given: Given): Promise<number> {
  const { answer } = await connect(given).ask(operatorsRoutes.operators_list, {});
  await showList(given.format, columns, answer.items);
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  await showDetails(given.format, await findOperator(connect(given), given.words[0] ?? ''), columns);
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const role = readChoice(given, 'role', roles);
  if (!role) throw usageTrouble('Say what the account may do: --role viewer|operator|admin.');
  const api = connect(given);
  const groups = await readGroups(given, api);
  const body = { name: given.words[0] ?? '', role, ...(groups && { hosts_groups: groups }) };
  const { answer } = await withConfirmation(api, () => api.ask(operatorsRoutes.operators_create, { body }));
  return showLink(given, answer);
}

async function change(given: Given): Promise<number> {
  const [name, role, isActive] = [
    readText(given, 'name'),
    readChoice(given, 'role', roles),
    readSwitch(given, 'active'),
  ];
  const isWidened = isGiven(given, 'all-groups');
  if (isWidened && readTexts(given, 'group').length > 0)
    throw usageTrouble('-g and --all-groups exclude each other.');
  const api = connect(given);
  const groups = isWidened ? null : await readGroups(given, api);
  const body = {
    ...(name !== undefined && { name }),
    ...(role && { role }),
    ...(groups !== undefined && { hosts_groups: groups }),
    ...(isActive !== undefined && { is_active: isActive }),
  };
  if (Object.keys(body).length === 0)
    throw usageTrouble('Say what is to change: see "remotes operators --help".');
  const params = { id: (await findOperator(api, given.words[0] ?? '')).id };
  const { answer } = await withConfirmation(api, () =>
    api.ask(operatorsRoutes.operators_change, { params, body }),
  );
  await showDetails(given.format, answer, columns);
  return exitStatus.done;
}

async function makeLink(given: Given): Promise<number> {
  const api = connect(given);
  const params = { id: (await findOperator(api, given.words[0] ?? '')).id };
  const body = { forget_factors: isGiven(given, 'forget-factors') };
  const { answer } = await withConfirmation(api, () =>
    api.ask(operatorsRoutes.operators_setup_link, { params, body }),
  );
  return showLink(given, answer);
}

async function endSessions(given: Given): Promise<number> {
  const api = connect(given);
  const params = { id: (await findOperator(api, given.words[0] ?? '')).id };
  const { answer } = await withConfirmation(api, () =>
    api.ask(operatorsRoutes.operators_end_sessions, { params }),
  );
  await write(`${answer.ended} sessions were ended.\n`);
  return exitStatus.done;
}

async function remove(given: Given): Promise<number> {
  const api = connect(given);
  const params = { id: (await findOperator(api, given.words[0] ?? '')).id };
  await withConfirmation(api, () => api.ask(operatorsRoutes.operators_remove, { params }));
  return exitStatus.done;
}

async function readGroups(given: Given, api: Api): Promise<number[] | undefined> {
  const ids: number[] = [];
  for (const group of readTexts(given, 'group')) ids.push((await findHostsGroup(api, group)).id);
  return ids.length === 0 ? undefined : ids;
}

async function findOperator(api: Api, word: string): Promise<Operator> {
  const { answer } = await api.ask(operatorsRoutes.operators_list, {});
  const found =
    answer.items.find(({ name }) => name === word) ?? answer.items.find(({ id }) => String(id) === word);
  if (!found) throw trouble('refused', `There is no operator "${word}".`);
  return found;
}

type Link = { readonly setup_url: string | null; readonly expires_at: string };

async function showLink(given: Given, link: Link): Promise<number> {
  if (given.format === 'json') await showDetails(given.format, link, []);
  else if (link.setup_url === null)
    throw trouble('refused', 'The link was made, and got lost on the way: make another with "setup-link".');
  else {
    await write(`${link.setup_url}\n`);
    console.error(
      `Good once, until ${timeText(link.expires_at)}. Hand it to its owner by a safe way: remotes login URL --setup`,
    );
  }
  return exitStatus.done;
}

function factorsText({ has_totp: hasTotp, passkeys }: Operator): string {
  return [...(hasTotp ? ['codes'] : []), ...(passkeys > 0 ? [`${passkeys} passkeys`] : [])].join(', ');
}
