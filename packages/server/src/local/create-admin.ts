import { text } from 'node:stream/consumers';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { isoTime } from '@remotes/protocol/screen/time-text';
import { refusalOfPassword } from '../domain/accounts/password-rules.ts';
import { createPasswords, passwordCostLog2 } from '../domain/accounts/passwords.ts';
import { newSetupToken, setupUrl } from '../domain/accounts/setup-link.ts';
import { currentDefinitions } from '../domain/definitions.ts';
import { isProblem, type Problem } from '../domain/operators/problem.ts';
import { passwordStrength } from '../password-strength.ts';
import { localAuthor } from './local-author.ts';
import { type Given, localCommand, usageError } from './local-command.ts';
import { openStore } from './open-store.ts';
import { handOverSetupLink } from './setup-link-handover.ts';

/** `remotes-server create-admin`: another admin, for the first one or for when nobody can sign in any more. */
export const createAdmin = localCommand({
  name: 'create-admin',
  help: `Usage: remotes-server create-admin [--name NAME] [--url URL]
       remotes-server create-admin --name NAME --password-stdin

Makes a link by which somebody chooses the password of a new admin. It is good for an hour, and once. On a terminal it is
shown; else it goes into the file setup-link in the data folder, which only this account can read.

  --name NAME          what the admin is called; without it whoever uses the link chooses
  --url URL            where operators reach this server (the setting server_url, or http://127.0.0.1:8000)
  --password-stdin     no link: the admin is made at once, with the password that is read from standard input

  --json               for programs
  --data FOLDER        where the database and the master key are (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server create-admin
  remotes-server create-admin --name ada --password-stdin < password.txt`,
  actions: {
    '': {
      options: {
        name: { type: 'string' },
        url: { type: 'string' },
        'password-stdin': { type: 'boolean' },
      },
      run: (given) => (given.values['password-stdin'] === true ? makeAtOnce(given) : makeLink(given)),
    },
  },
});

async function makeLink({ values, isJson, store }: Given): Promise<number> {
  const { storage } = await openStore(store);
  try {
    const now = Date.now();
    const { token, kept } = newSetupToken(now);
    const name = (values.name as string | undefined) ?? null;
    await storage.decide('createAdminLink', { ...kept, name, by: localAuthor(), now });
    const { expiresAt } = kept;
    const reachedBy = (values.url as string | undefined) ?? 'http://127.0.0.1:8000';
    const url = setupUrl(await currentDefinitions(storage.tables), reachedBy, token);
    const file = await handOverSetupLink({ url, expiresAt }, store.dataFolder);
    if (isJson && file !== undefined) console.log(jsonText({ file, expires_at: isoTime(expiresAt) }));
    else if (file !== undefined) console.log(`The link for a new admin is in ${file}, for an hour.`);
    return 0;
  } finally {
    await storage.close();
  }
}

async function makeAtOnce({ values, isJson, store }: Given): Promise<number> {
  const name = values.name as string | undefined;
  if (name === undefined) throw usageError('--password-stdin wants --name too.');
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  const passwords = createPasswords({ costLog2: passwordCostLog2, strength: passwordStrength });
  const { storage } = await openStore(store);
  try {
    const weak = await refusalOfPassword(passwords, password, name);
    if (weak) return refuse(weak, isJson);
    const passwordHash = await passwords.hash(password);
    const made = await storage.decide('createAdmin', {
      name,
      passwordHash,
      by: localAuthor(),
      now: Date.now(),
    });
    if (isProblem(made)) return refuse(made, isJson);
    console.log(isJson ? jsonText({ id: made.id, name }) : `${name} is an admin from now on.`);
    return 0;
  } finally {
    await storage.close();
  }
}

function refuse({ problem: code, sentence }: Problem, isJson: boolean): number {
  if (isJson) console.log(jsonText({ error: { code, message: sentence } }));
  console.error(sentence);
  return 1;
}
