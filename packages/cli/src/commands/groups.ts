import { type HostsGroupView, hostsGroupsRoutes } from '@remotes/protocol/operators/hosts-groups';
import { findHostsGroup } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readText } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { usageTrouble } from '../trouble.ts';
import { changeOptions, withAgreement } from './agreement.ts';
import { showChange, showHostsChanged } from './change-report.ts';
import { readSwitch } from './choice.ts';
import { readHostsMeant } from './hosts.ts';

const moving = {
  takes: ['GROUP', '[HOST…]'],
  options: {
    group: { type: 'string', short: 'g', multiple: true, stands: 'GROUP' },
    where: { type: 'string', short: 'w' },
    ...changeOptions,
  },
} as const;

export const groups: CommandShape = {
  name: 'groups',
  help: `Usage: remotes groups [list]
       remotes groups show GROUP
       remotes groups create NAME [--active yes|no]
       remotes groups change GROUP [--name NAME] [--active yes|no] [--yes N] [--dry-run]
       remotes groups remove GROUP [--dry-run]
       remotes groups add-hosts GROUP [HOST…] [-g GROUP]… [-w FILTER] [--yes N] [--dry-run]
       remotes groups remove-hosts GROUP [HOST…] [-g GROUP]… [-w FILTER] [--dry-run]

Hosts groups. GROUP is a name or an id. Hosts that join a group run the commands that are meant for it.

  -g, --group GROUP    the hosts of this group
  -w, --where FILTER   hosts that the filter fits
  --yes N              agree that commands will run on N hosts; asked for above the setting confirm_above_hosts
  --dry-run            show what would be done, and do nothing
  --json, -o wide|csv  other forms

Examples:
  remotes groups create web
  remotes groups add-hosts web web1 web2 --dry-run`,
  actions: {
    list: { run: list },
    show: { takes: ['GROUP'], run: show },
    create: { takes: ['NAME'], options: { active: { type: 'string' } }, run: create },
    change: {
      takes: ['GROUP'],
      options: { name: { type: 'string' }, active: { type: 'string' }, ...changeOptions },
      run: change,
    },
    remove: { takes: ['GROUP'], options: { 'dry-run': { type: 'boolean' } }, run: remove },
    'add-hosts': { ...moving, run: (given) => move(given, 'hosts_groups_add_hosts', 'in the group') },
    'remove-hosts': {
      ...moving,
      run: (given) => move(given, 'hosts_groups_remove_hosts', 'out of the group'),
    },
  },
};

const columns: readonly Column<HostsGroupView>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Name', of: ({ name }) => name },
  { title: 'Active', of: ({ is_active: isActive }) => isActive },
  { title: 'Hosts', of: ({ hosts }) => hosts },
];

async function list(given: Given): Promise<number> {
  await showList(given.format, columns, itemsOf(connect(given), hostsGroupsRoutes.hosts_groups_list, {}));
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  await showDetails(given.format, await findHostsGroup(connect(given), given.words[0] ?? ''), columns);
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const isActive = readSwitch(given, 'active');
  const body = { name: given.words[0] ?? '', ...(isActive !== undefined && { is_active: isActive }) };
  const { answer } = await connect(given).ask(hostsGroupsRoutes.hosts_groups_create, { body });
  await showChange(given, answer);
  return exitStatus.done;
}

async function change(given: Given): Promise<number> {
  const [name, isActive] = [readText(given, 'name'), readSwitch(given, 'active')];
  if (name === undefined && isActive === undefined)
    throw usageTrouble('Say what is to change: --name or --active.');
  const api = connect(given);
  const { id } = await findHostsGroup(api, given.words[0] ?? '');
  const wanted = {
    ...(name !== undefined && { name }),
    ...(isActive !== undefined && { is_active: isActive }),
  };
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(hostsGroupsRoutes.hosts_groups_change, { params: { id }, body: { ...wanted, ...agreement } }),
  );
  await showChange(given, answer);
  return exitStatus.done;
}

async function remove(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findHostsGroup(api, given.words[0] ?? '');
  const query = isGiven(given, 'dry-run') ? { dry_run: true } : {};
  const { answer } = await api.ask(hostsGroupsRoutes.hosts_groups_remove, { params: { id }, query });
  await showChange(given, answer);
  return exitStatus.done;
}

type Move = 'hosts_groups_add_hosts' | 'hosts_groups_remove_hosts';

async function move(given: Given, route: Move, done: string): Promise<number> {
  const api = connect(given);
  const [group = '', ...words] = given.words;
  const { id } = await findHostsGroup(api, group);
  const hostsMeant = await readHostsMeant(given, api, words);
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(hostsGroupsRoutes[route], { params: { id }, body: { ...hostsMeant, ...agreement } }),
  );
  await showHostsChanged(given, done, answer);
  return exitStatus.done;
}
