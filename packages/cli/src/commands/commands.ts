import { type CommandView, commandsRoutes } from '@remotes/protocol/operators/commands';
import { visibleText } from '@remotes/protocol/screen/visible-text';
import { findCommand, findCommandsGroup } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readCount, readText } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { usageTrouble } from '../trouble.ts';
import { changeOptions, withAgreement } from './agreement.ts';
import { showChange } from './change-report.ts';
import { commandEdit } from './commands-edit.ts';
import { commandOptions, readCommandMembers } from './commands-members.ts';

export const commandsCommand: CommandShape = {
  name: 'commands',
  help: `Usage: remotes commands [list] [--group COMMANDS-GROUP] [-q TEXT]
       remotes commands show|revisions COMMAND
       remotes commands diff COMMAND [--from N] [--to N]
       remotes commands create COMMANDS-GROUP NAME --file FILE [members] [--yes N] [--dry-run]
       remotes commands change COMMAND [--name NAME] [--file FILE] [members] [--yes N] [--dry-run]
       remotes commands edit COMMAND
       remotes commands remove COMMAND [--dry-run]

Saved commands. COMMAND is a name, "commands group/name" where several have it, or a number. Commands of an active commands
group run on each of its hosts once; one that was changed does not run again where it ran ("remotes jobs again" does that).

  list       commands by name
  show       one command with its program
  revisions  what it was: each edit is a revision
  diff       compares two revisions; usually the last two
  create     makes a command; its interpreter is told by the file's ending or first line
  change     changes what is given
  edit       opens its program in your editor (EDITOR)
  remove     removes a command; what it ran stays on record

Members:
  --interpreter NAME     python, bash, sh, node or powershell
  --timeout TIME         how long it may take: 90, 90s, 30m
  --description TEXT
  --order N              lower comes first
  --active yes|no
  --attempts N           how often it may be delivered to a host as long as nobody knows how it ended
  --setting NAME         hands it a setting; may be repeated; once "" for none
  --variable NAME        hands it a variable (category/name); may be repeated; once "" for none
  --output-variable NAME saves item n of its result to the nth of these; may be repeated; once "" for none

  --yes N              agree that commands will run on N hosts; asked for above the setting confirm_above_hosts
  --dry-run            show what would be done, and do nothing
  --json, -o wide|csv  other forms

Example:
  remotes commands change "Web/Free space" --file df.sh --dry-run`,
  actions: {
    list: {
      options: {
        group: { type: 'string', short: 'g', stands: 'COMMANDS-GROUP' },
        search: { type: 'string', short: 'q' },
      },
      run: list,
    },
    show: { takes: ['COMMAND'], run: show },
    revisions: { takes: ['COMMAND'], run: listRevisions },
    diff: { takes: ['COMMAND'], options: { from: { type: 'string' }, to: { type: 'string' } }, run: diff },
    create: {
      takes: ['COMMANDS-GROUP', 'NAME'],
      options: { ...commandOptions, ...changeOptions },
      run: create,
    },
    change: {
      takes: ['COMMAND'],
      options: { name: { type: 'string' }, ...commandOptions, ...changeOptions },
      run: change,
    },
    edit: { takes: ['COMMAND'], options: changeOptions, run: commandEdit },
    remove: { takes: ['COMMAND'], options: { 'dry-run': { type: 'boolean' } }, run: remove },
  },
};

const columns: readonly Column<CommandView>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Commands group', of: ({ commands_group: group }) => group.name },
  { title: 'Name', of: ({ name }) => name },
  { title: 'Active', of: ({ is_active: isActive }) => isActive },
  { title: 'Interpreter', of: ({ interpreter }) => interpreter },
  { title: 'Revision', of: ({ revision }) => revision },
  { title: 'Order', isWide: true, of: ({ order }) => order },
  { title: 'Time-out', isWide: true, of: ({ timeout_seconds: seconds }) => `${seconds} s` },
  { title: 'Attempts', isWide: true, of: ({ attempts }) => attempts },
  { title: 'Settings', isWide: true, of: ({ settings }) => settings.join(', ') },
  { title: 'Variables', isWide: true, of: ({ variables }) => variables.join(', ') },
  { title: 'Saved to', isWide: true, of: ({ output_variables: variables }) => variables.join(', ') },
  { title: 'Description', isWide: true, of: ({ description }) => description },
  { title: 'Job', isWide: true, of: ({ job_id: id }) => id },
];

async function list(given: Given): Promise<number> {
  const api = connect(given);
  const [group, q] = [readText(given, 'group'), readText(given, 'search')];
  const query = {
    ...(group !== undefined && { commands_group: (await findCommandsGroup(api, group)).id }),
    ...(q !== undefined && { q }),
  };
  await showList(given.format, columns, itemsOf(api, commandsRoutes.commands_list, { query }));
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findCommand(api, given.words[0] ?? '');
  const { answer } = await api.ask(commandsRoutes.commands_show, { params: { id } });
  await showDetails(given.format, answer, [...columns, { title: 'Program', of: ({ program }) => program }]);
  return exitStatus.done;
}

async function listRevisions(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findCommand(api, given.words[0] ?? '');
  const revisions = itemsOf(api, commandsRoutes.commands_revisions, { params: { id } });
  await showList(
    given.format,
    [
      { title: 'Revision', of: ({ revision }) => revision },
      { title: 'Made', isWhole: true, of: ({ created_at: at }) => momentCell(at) },
      { title: 'By', of: ({ by }) => by },
      { title: 'Interpreter', of: ({ interpreter }) => interpreter },
      { title: 'Time-out', of: ({ timeout_seconds: seconds }) => `${seconds} s` },
    ],
    revisions,
  );
  return exitStatus.done;
}

async function diff(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findCommand(api, given.words[0] ?? '');
  const [from, to] = [readCount(given, 'from'), readCount(given, 'to')];
  const query = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  const { answer } = await api.ask(commandsRoutes.commands_diff, { params: { id }, query });
  if (given.format === 'json') await showDetails(given.format, answer, []);
  else {
    const lines = [`Revision ${answer.from} → ${answer.to}`, ...answer.details, answer.program.trimEnd()];
    await write(`${visibleText(lines.filter(Boolean).join('\n'))}\n`);
  }
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const [group = '', name = ''] = given.words;
  const { program, ...members } = await readCommandMembers(given);
  if (program === undefined) throw usageTrouble('Say what it runs: --file FILE ("-": standard input).');
  const api = connect(given);
  const { id } = await findCommandsGroup(api, group);
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(commandsRoutes.commands_create, {
      body: { commands_group: id, name, program, ...members, ...agreement },
    }),
  );
  await showChange(given, answer);
  return exitStatus.done;
}

async function change(given: Given): Promise<number> {
  const name = readText(given, 'name');
  const members = { ...(await readCommandMembers(given)), ...(name !== undefined && { name }) };
  if (Object.keys(members).length === 0)
    throw usageTrouble('Say what is to change: see "remotes commands --help".');
  const api = connect(given);
  const { id } = await findCommand(api, given.words[0] ?? '');
  const { answer } = await withAgreement(given, (agreement) =>
    api.ask(commandsRoutes.commands_change, { params: { id }, body: { ...members, ...agreement } }),
  );
  await showChange(given, answer);
  return exitStatus.done;
}

async function remove(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findCommand(api, given.words[0] ?? '');
  const query = isGiven(given, 'dry-run') ? { dry_run: true } : {};
  const { answer } = await api.ask(commandsRoutes.commands_remove, { params: { id }, query });
  await showChange(given, answer);
  return exitStatus.done;
}
