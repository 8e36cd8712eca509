import type { AnswerOf } from '@remotes/protocol/operators/route';
import { type ValueView, type VariableView, variablesRoutes } from '@remotes/protocol/operators/variables';
import { findHost, findVariable } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readText } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { usageTrouble } from '../trouble.ts';
import { showMatrix } from './variables-matrix.ts';

export const variables: CommandShape = {
  name: 'variables',
  help: `Usage: remotes variables [list] [-q TEXT]
       remotes variables create|remove CATEGORY/NAME
       remotes variables values HOST
       remotes variables set HOST VARIABLE VALUE
       remotes variables unset HOST VARIABLE
       remotes variables history HOST VARIABLE
       remotes variables matrix [-q TEXT] [-g GROUP] [--diff]

Variables are named facts with one value for each host; runs save them, and operators set them. VARIABLE is category/name,
or a name that only one has.

  values     what a host has
  history    what a value was before, and who or what set it
  matrix     hosts against variables

  -q, --search TEXT    a part of category/name
  -g, --group GROUP    hosts of this group
  --diff               only hosts with a value that differs from what most have; those are marked with *
  --json, -o wide|csv  other forms

Example:
  remotes variables matrix -g web -q os/ --diff`,
  actions: {
    list: { options: { search: { type: 'string', short: 'q' } }, run: list },
    create: { takes: ['CATEGORY/NAME'], run: create },
    remove: { takes: ['VARIABLE'], run: remove },
    values: { takes: ['HOST'], run: listValues },
    set: { takes: ['HOST', 'VARIABLE', 'VALUE'], run: set },
    unset: { takes: ['HOST', 'VARIABLE'], run: unset },
    history: { takes: ['HOST', 'VARIABLE'], run: listHistory },
    matrix: {
      options: {
        search: { type: 'string', short: 'q' },
        group: { type: 'string', short: 'g', stands: 'GROUP' },
        diff: { type: 'boolean' },
      },
      run: showMatrix,
    },
  },
};

const columns: readonly Column<VariableView>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Variable', of: ({ category, name }) => `${category}/${name}` },
  { title: 'Read by', of: ({ read_by: ids }) => ids.join(', ') },
  { title: 'Saved by', of: ({ saved_by: ids }) => ids.join(', ') },
];

const valueColumns: readonly Column<ValueView>[] = [
  { title: 'Variable', of: ({ variable }) => `${variable.category}/${variable.name}` },
  { title: 'Value', of: ({ value }) => value },
  { title: 'Set', isWhole: true, of: ({ set_at: at }) => momentCell(at) },
  { title: 'By', of: ({ set_by: by }) => by },
];

async function list(given: Given): Promise<number> {
  const q = readText(given, 'search');
  const query = q === undefined ? {} : { q };
  await showList(given.format, columns, itemsOf(connect(given), variablesRoutes.variables_list, { query }));
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const [category, name, ...more] = (given.words[0] ?? '').split('/');
  if (!category || !name || more.length > 0) throw usageTrouble('A variable is made as CATEGORY/NAME.');
  const { answer } = await connect(given).ask(variablesRoutes.variables_create, { body: { category, name } });
  await showDetails(given.format, answer, columns);
  return exitStatus.done;
}

async function remove(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findVariable(api, given.words[0] ?? '');
  await api.ask(variablesRoutes.variables_remove, { params: { id } });
  return exitStatus.done;
}

async function listValues(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findHost(api, given.words[0] ?? '');
  await showList(given.format, valueColumns, itemsOf(api, variablesRoutes.values_list, { params: { id } }));
  return exitStatus.done;
}

async function set(given: Given): Promise<number> {
  const { api, params } = await findValue(given);
  const { answer } = await api.ask(variablesRoutes.values_set, {
    params,
    body: { value: given.words[2] ?? '' },
  });
  await showDetails(given.format, answer, valueColumns);
  return exitStatus.done;
}

async function unset(given: Given): Promise<number> {
  const { api, params } = await findValue(given);
  await api.ask(variablesRoutes.values_remove, { params });
  return exitStatus.done;
}

type FormerValue = AnswerOf<typeof variablesRoutes.values_history>['items'][number];

async function listHistory(given: Given): Promise<number> {
  const { api, params } = await findValue(given);
  const history: readonly Column<FormerValue>[] = [
    { title: 'Value', of: ({ value }) => value },
    { title: 'Set', isWhole: true, of: ({ set_at: at }) => momentCell(at) },
    { title: 'By', of: ({ set_by: by }) => by },
    { title: 'Replaced', isWhole: true, of: ({ replaced_at: at }) => momentCell(at) },
    { title: 'Replaced by', of: ({ replaced_by: by }) => by },
  ];
  await showList(given.format, history, itemsOf(api, variablesRoutes.values_history, { params }));
  return exitStatus.done;
}

async function findValue(given: Given) {
  const api = connect(given);
  const [host = '', variable = ''] = given.words;
  const params = { id: (await findHost(api, host)).id, variable: (await findVariable(api, variable)).id };
  return { api, params };
}
