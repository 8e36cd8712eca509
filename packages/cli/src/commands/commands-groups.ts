import { type CommandsGroupView, commandsGroupsRoutes } from '@remotes/protocol/operators/commands-groups';
import { readMoment } from '@remotes/protocol/screen/time-text';
import type { Api } from '../api/api.ts';
import { findCommandsGroup, findHostsGroup } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readCount, readText } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { usageTrouble } from '../trouble.ts';
import { changeOptions, withAgreement } from './agreement.ts';
import { showChange } from './change-report.ts';
import { readSwitch } from './choice.ts';

const members = {
  order: { type: 'string' },
  after: { type: 'string' },
  before: { type: 'string' },
  active: { type: 'string' },
  'stop-on-failure': { type: 'string' },
  ...changeOptions,
} as const;

export const commandsGroups: CommandShape = {
  name: 'commands-groups',
  help: `Usage: remotes commands-groups [list]
       remotes commands-groups show COMMANDS-GROUP
       remotes commands-groups create NAME HOSTS-GROUP [members] [--yes N] [--dry-run]
       remotes commands-groups change COMMANDS-GROUP [--name NAME] [--hosts-group GROUP] [members] [--yes N] [--dry-run]
       remotes commands-groups remove COMMANDS-GROUP [--dry-run]

Commands groups say which hosts group their commands are for, and when. COMMANDS-GROUP is a name or an id.

Members:
  --order N              lower comes first
  --after TIME           nothing is run until then: 2026-12-24T18:00Z, or 2h from now; "" for no such limit
  --before TIME          nothing is run from then on
  --active yes|no
  --stop-on-failure yes|no  whether a host on which a command did not succeed is kept from the next ones

  --yes N              agree that commands will run on N hosts; asked for above the setting confirm_above_hosts
  --dry-run            show what would be done, and do nothing
  --json, -o wide|csv  other forms

Example:
  remotes commands-groups change Updates --active yes --dry-run`,
  actions: {
    list: { run: list },
    show: { takes: ['COMMANDS-GROUP'], run: show },
    create: { takes: ['NAME', 'GROUP'], options: members, run: create },
    change: {
      takes: ['COMMANDS-GROUP'],
      options: { name: { type: 'string' }, 'hosts-group': { type: 'string', stands: 'GROUP' }, ...members },
      run: change,
    },
    remove: { takes: ['COMMANDS-GROUP'], options: { 'dry-run': { type: 'boolean' } }, run: remove },
  },
};

const columns: readonly Column<CommandsGroupView>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Name', of: ({ name }) => name },
  { title: 'Hosts group', of: ({ hosts_group: group }) => group.name },
  { title: 'Order', of: ({ order }) => order },
  { title: 'Active', of: ({ is_active: isActive }) => isActive },
  { title: 'After', isWhole: true, of: ({ after_at: at }) => momentCell(at) },
  { title: 'Before', isWhole: true, of: ({ before_at: at }) => momentCell(at) },
  { title: 'Commands', of: ({ commands }) => commands },
  { title: 'Stop on failure', isWide: true, of: ({ stop_on_failure: isStopping }) => isStopping },
];

async function list(given: Given): Promise<number> {
  await showList(
    given.format,
    columns,
    itemsOf(connect(given), commandsGroupsRoutes.commands_groups_list, {}),
  );
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  await showDetails(given.format, await findCommandsGroup(connect(given), given.words[0] ?? ''), columns);
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const [name = '', group = ''] = given.words;
  const wanted = readMembers(given);
  const api = connect(given);
  const { id } = await findHostsGroup(api, group);
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(commandsGroupsRoutes.commands_groups_create, {
      body: { name, hosts_group: id, ...wanted, ...agreement },
    }),
  );
  await showChange(given, answer);
  return exitStatus.done;
}

async function change(given: Given): Promise<number> {
  const api = connect(given);
  const wanted = { ...readMembers(given), ...(await readNameAndGroup(given, api)) };
  if (Object.keys(wanted).length === 0)
    throw usageTrouble('Say what is to change: see "remotes commands-groups --help".');
  const { id } = await findCommandsGroup(api, given.words[0] ?? '');
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(commandsGroupsRoutes.commands_groups_change, {
      params: { id },
      body: { ...wanted, ...agreement },
    }),
  );
  await showChange(given, answer);
  return exitStatus.done;
}

async function remove(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findCommandsGroup(api, given.words[0] ?? '');
  const query = isGiven(given, 'dry-run') ? { dry_run: true } : {};
  const { answer } = await api.ask(commandsGroupsRoutes.commands_groups_remove, { params: { id }, query });
  await showChange(given, answer);
  return exitStatus.done;
}

async function readNameAndGroup(given: Given, api: Api) {
  const [name, group] = [readText(given, 'name'), readText(given, 'hosts-group')];
  return {
    ...(name !== undefined && { name }),
    ...(group !== undefined && { hosts_group: (await findHostsGroup(api, group)).id }),
  };
}

function readMembers(given: Given) {
  const order = readCount(given, 'order', 0);
  const [after, before] = [readLimit(given, 'after'), readLimit(given, 'before')];
  const [isActive, isStopping] = [readSwitch(given, 'active'), readSwitch(given, 'stop-on-failure')];
  return {
    ...(order !== undefined && { order }),
    ...(after !== undefined && { after_at: after }),
    ...(before !== undefined && { before_at: before }),
    ...(isActive !== undefined && { is_active: isActive }),
    ...(isStopping !== undefined && { stop_on_failure: isStopping }),
  };
}

/** An empty one stands for none. */
function readLimit(given: Given, option: string): string | null | undefined {
  const written = readText(given, option);
  if (written === undefined || written === '') return written === '' ? null : undefined;
  const at = readMoment(written, Date.now());
  if (at === undefined)
    throw usageTrouble(
      `--${option} takes a time such as 2026-12-24T18:00Z, or 2h from now, not "${written}".`,
    );
  return new Date(at).toISOString();
}
