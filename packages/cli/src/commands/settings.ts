import { type SettingView, settingsRoutes } from '@remotes/protocol/operators/settings';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readText } from '../given.ts';
import { openAnswers } from '../screen/answers.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { usageTrouble } from '../trouble.ts';

export const settings: CommandShape = {
  name: 'settings',
  help: `Usage: remotes settings [list]
       remotes settings show NAME
       remotes settings set NAME [VALUE] [--secret | --secret-stdin] [--description TEXT]
       remotes settings remove NAME

Global names and values. Commands may be handed any of them; some steer the server.

  --secret             the value is a secret: it is asked for without showing it, stored sealed, and never shown again
  --secret-stdin       the same, and it comes from standard input, in one line
  --description TEXT
  --json, -o csv       other forms

Examples:
  remotes settings set confirm_above_hosts 50
  remotes settings set db_password --secret`,
  actions: {
    list: { run: list },
    show: { takes: ['SETTING'], run: show },
    set: {
      takes: ['SETTING', '[VALUE]'],
      options: {
        secret: { type: 'boolean' },
        'secret-stdin': { type: 'boolean' },
        description: { type: 'string' },
      },
      run: set,
    },
    remove: { takes: ['SETTING'], run: remove },
  },
};

const columns: readonly Column<SettingView>[] = [
  { title: 'Name', of: ({ name }) => name },
  { title: 'Value', of: ({ value, is_secret: isSecret }) => (isSecret ? '(secret)' : value) },
  { title: 'Steers', of: ({ is_steering: isSteering }) => (isSteering ? 'the server' : '') },
  { title: 'Description', of: ({ description }) => description },
];

async function list(given: Given): Promise<number> {
  await showList(given.format, columns, itemsOf(connect(given), settingsRoutes.settings_list, {}));
  return exitStatus.done;
}

async function show(given: Given): Promise<number> {
  const params = { name: given.words[0] ?? '' };
  const { answer } = await connect(given).ask(settingsRoutes.settings_show, { params });
  await showDetails(given.format, answer, columns);
  return exitStatus.done;
}

async function set(given: Given): Promise<number> {
  const [name = '', value] = given.words;
  const isSecret = isGiven(given, 'secret') || isGiven(given, 'secret-stdin');
  const description = readText(given, 'description');
  if (isSecret && value !== undefined)
    throw usageTrouble(
      'A secret stands in no command line, where everybody on the machine sees it: leave the value out.',
    );
  if (!isSecret && value === undefined && description === undefined)
    throw usageTrouble('The value is missing: give it, or --secret to be asked for it.');
  const api = connect(given);
  const body = {
    ...(value !== undefined && { value }),
    ...(isSecret && { value: await readSecret(given, name), is_secret: true }),
    ...(description !== undefined && { description }),
  };
  const { answer } = await api.ask(settingsRoutes.settings_set, { params: { name }, body });
  await showDetails(given.format, answer, columns);
  return exitStatus.done;
}

async function readSecret(given: Given, name: string): Promise<string> {
  const answers = openAnswers({ isFromLines: isGiven(given, 'secret-stdin') });
  try {
    return await answers.askSecret(`Value of ${name}: `);
  } finally {
    answers.close();
  }
}

async function remove(given: Given): Promise<number> {
  await connect(given).ask(settingsRoutes.settings_remove, { params: { name: given.words[0] ?? '' } });
  return exitStatus.done;
}
