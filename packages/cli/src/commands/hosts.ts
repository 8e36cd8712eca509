import { type HostDetail, type HostView, hostsRoutes } from '@remotes/protocol/operators/hosts';
import { HostState } from '@remotes/protocol/values/host';
import type { Api } from '../api/api.ts';
import { findHost, findHosts, findHostsGroup } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readText, readTexts } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell, sinceText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { usageTrouble } from '../trouble.ts';
import { changeOptions, withAgreement } from './agreement.ts';
import { showHostsChanged } from './change-report.ts';
import { readChoice } from './choice.ts';
import { watchHosts } from './hosts-watch.ts';

const meant = {
  group: { type: 'string', short: 'g', multiple: true, stands: 'GROUP' },
  where: { type: 'string', short: 'w' },
} as const;
const many = { takes: ['[HOST…]'], options: { ...meant, ...changeOptions } } as const;

export const hosts: CommandShape = {
  name: 'hosts',
  help: `Usage: remotes hosts [list] [-q TEXT] [-g GROUP] [-w FILTER] [--state STATE] [--presence PRESENCE]
       remotes hosts show HOST
       remotes hosts watch [-H HOST]
       remotes hosts rename HOST NAME
       remotes hosts approve|disable|enable|remove|allow-v1 [HOST…] [-g GROUP]… [-w FILTER] [--yes N] [--dry-run]

HOST is a name or an id. A change is made for all hosts that are meant, or for none.

  list      hosts by name
  show      one host: groups, keys, what is still pending for it, and what is not offered to it and why
  watch     says when hosts register, change or are removed, until Ctrl-C
  approve   lets in hosts that wait for approval
  disable   shuts hosts out: their tokens stop working at once
  enable    lets disabled hosts go on where they were
  rename    gives a host another name
  remove    forgets hosts, with their runs, output and values
  allow-v1  forgets the channel keys of hosts: v1 clients are served for them again, until they enrol a key anew

  -q, --search TEXT    a part of the name
  -g, --group GROUP    members of this group
  -w, --where FILTER   hosts that the filter fits: 'os=linux and not name~"test-*"'
  --state STATE        registered, pending, verified or disabled
  --presence PRESENCE  online, away (silent for three times its usual interval) or never
  --yes N              agree to the number of hosts; asked for above the setting confirm_above_hosts
  --dry-run            show what would be done, and do nothing
  --json, -o wide|csv  other forms

Examples:
  remotes hosts --state pending
  remotes hosts approve 000003 000004`,
  actions: {
    list: {
      options: {
        search: { type: 'string', short: 'q' },
        ...meant,
        state: { type: 'string' },
        presence: { type: 'string' },
      },
      run: list,
    },
    show: { takes: ['HOST'], run: show },
    watch: { options: { host: { type: 'string', short: 'H', stands: 'HOST' } }, run: watchHosts },
    rename: { takes: ['HOST', 'NAME'], run: rename },
    approve: { ...many, run: (given) => change(given, 'hosts_approve', 'approved') },
    disable: { ...many, run: (given) => change(given, 'hosts_disable', 'disabled') },
    enable: { ...many, run: (given) => change(given, 'hosts_enable', 'enabled') },
    remove: { ...many, run: (given) => change(given, 'hosts_remove', 'removed') },
    'allow-v1': { ...many, run: (given) => change(given, 'hosts_allow_v1', 'allowed to come by v1') },
  },
};

const columns: readonly Column<HostView>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Name', of: ({ name }) => name },
  { title: 'State', of: ({ state }) => state },
  { title: 'Presence', of: ({ presence }) => presence },
  {
    title: 'Seen',
    of: ({ last_seen_at: at }) => momentCell(at),
    brief: ({ last_seen_at: at }) => sinceText(at),
  },
  { title: 'Groups', of: ({ hosts_groups: groups }) => groups.map(({ name }) => name).join(', ') },
  { title: 'OS', of: ({ facts }) => facts?.os },
  { title: 'Protocol', of: ({ protocol }) => protocol },
  { title: 'Hostname', isWide: true, of: ({ facts }) => facts?.hostname },
  { title: 'OS release', isWide: true, of: ({ facts }) => facts?.os_release },
  { title: 'Architecture', isWide: true, of: ({ facts }) => facts?.architecture },
  { title: 'Client', isWide: true, of: ({ client_version: version }) => version },
  { title: 'Address', isWide: true, of: ({ last_address: address }) => address },
  { title: 'UUID', isWide: true, of: ({ uuid }) => uuid },
];

async function list(given: Given): Promise<number> {
  const api = connect(given);
  const [group, ...more] = readTexts(given, 'group');
  if (more.length > 0)
    throw usageTrouble('A list is of one group: use -w for more (group="A" or group="B").');
  const [q, where] = [readText(given, 'search'), readText(given, 'where')];
  const state = readChoice(given, 'state', HostState.enum);
  const presence = readChoice(given, 'presence', ['online', 'away', 'never']);
  const query = {
    ...(q !== undefined && { q }),
    ...(where !== undefined && { where }),
    ...(state && { state }),
    ...(presence && { presence }),
    ...(group !== undefined && { hosts_group: (await findHostsGroup(api, group)).id }),
  };
  await showList(given.format, columns, itemsOf(api, hostsRoutes.hosts_list, { query }));
  return exitStatus.done;
}

const details: readonly Column<HostDetail>[] = [
  ...columns,
  { title: 'Registered', isWhole: true, of: ({ registered_at: at }) => momentCell(at) },
  { title: 'Verified', isWhole: true, of: ({ verified_at: at }) => momentCell(at) },
  { title: 'Key', of: ({ key_fingerprint: fingerprint }) => fingerprint },
  { title: 'Channel key', of: ({ channel_key: key }) => key },
  {
    title: 'Duplicate',
    of: ({ duplicate }) =>
      duplicate &&
      `${sinceText(duplicate.at)}: connected from ${duplicate.connected_address}, and refused from ${duplicate.refused_address}: two machines have its keys`,
  },
  { title: 'Pending', of: ({ pending }) => pending.map(({ name }) => name).join(', ') },
  {
    title: 'Not offered',
    of: ({ not_offered: notOffered }) =>
      notOffered
        .map(({ reason, commands }) => `${commands.map(({ name }) => name).join(', ')}: ${reason}`)
        .join('\n'),
  },
];

async function show(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findHost(api, given.words[0] ?? '');
  const { answer } = await api.ask(hostsRoutes.hosts_show, { params: { id } });
  await showDetails(given.format, answer, details);
  return exitStatus.done;
}

async function rename(given: Given): Promise<number> {
  const api = connect(given);
  const [word = '', name = ''] = given.words;
  const { id } = await findHost(api, word);
  const { answer } = await api.ask(hostsRoutes.hosts_rename, { params: { id }, body: { name } });
  if (given.format === 'json') await showDetails(given.format, answer, columns);
  else await write(`Host ${answer.id} is now called ${answer.name}.\n`);
  return exitStatus.done;
}

type HostsChange = 'hosts_approve' | 'hosts_disable' | 'hosts_enable' | 'hosts_remove' | 'hosts_allow_v1';

async function change(given: Given, route: HostsChange, done: string): Promise<number> {
  const api = connect(given);
  const hostsMeant = await readHostsMeant(given, api, given.words);
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(hostsRoutes[route], { body: { ...hostsMeant, ...agreement } }),
  );
  await showHostsChanged(given, done, answer);
  return exitStatus.done;
}

/** The hosts that a change is meant for, by id; groups and filters stay what they are. */
export async function readHostsMeant(given: Given, api: Api, words: readonly string[]) {
  const groups = readTexts(given, 'group');
  const where = readText(given, 'where');
  if (words.length === 0 && groups.length === 0 && where === undefined)
    throw usageTrouble('Say which hosts are meant: HOST…, -g GROUP or -w FILTER.');
  const groupIds: number[] = [];
  for (const group of groups) groupIds.push((await findHostsGroup(api, group)).id);
  return {
    ...(words.length > 0 && { hosts: (await findHosts(api, words)).map(({ id }) => id) }),
    ...(groupIds.length > 0 && { hosts_groups: groupIds }),
    ...(where !== undefined && { where }),
  };
}
