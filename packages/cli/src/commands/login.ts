import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { deviceLoginsRoutes } from '@remotes/protocol/operators/device-logins';
import { type SignedIn, sessionsRoutes } from '@remotes/protocol/operators/sessions';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import type { Api } from '../api/api.ts';
import type { CommandShape, Given } from '../command.ts';
import { findServer, openServer, openUnwatched, readServerUrl } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readServers, writeServers } from '../folder/servers-file.ts';
import { isGiven, readText } from '../given.ts';
import { type Answers, askNewPassword, openAnswers } from '../screen/answers.ts';
import { isTokenText } from '../token-text.ts';
import { isProblem, trouble, usageTrouble } from '../trouble.ts';

export const login: CommandShape = {
  name: 'login',
  help: `Usage: remotes login URL [--name NAME | --setup | --token-stdin] [--as NAME]

Signs in at a server, and keeps the sign-in in ~/.config/remotes (readable by you alone). Without options it shows a code:
approve it where you are signed in already, with "remotes sessions approve CODE".

  --name NAME          with a name and a password, which is asked for without showing it; then the second factor, if any
  --password-stdin     with --name or --setup: the answers come from standard input, a line each, in the order of the questions
  --token-stdin        with an API token (rmt_api_…) from standard input
  --setup              with a set-up link, as "remotes-server create-admin" or an admin makes it; you choose your password
  --ca FILE            trust this certificate (PEM) in the place of the usual ones: that of the server, or its CA's
  --insecure-http      agree that everybody on the way reads your password and token; only for tests
  --as NAME            what you call this server here; usually its host name

Examples:
  remotes login https://remotes.example.com
  remotes login http://127.0.0.1:8000 --name ada
  remotes login https://remotes.example.com --token-stdin < token`,
  actions: {
    '': {
      takes: ['URL'],
      options: {
        name: { type: 'string' },
        'password-stdin': { type: 'boolean' },
        'token-stdin': { type: 'boolean' },
        setup: { type: 'boolean' },
        ca: { type: 'string' },
        'insecure-http': { type: 'boolean' },
        as: { type: 'string' },
      },
      run: signIn,
    },
  },
};

type NewServer = { url: string; ca?: string; isInsecureHttpAllowed?: boolean };

async function signIn(given: Given): Promise<number> {
  const { folder } = given.config;
  checkWays(given);
  const server = await newServer(given);
  const api = openUnwatched(server);
  const token = await obtainToken(given, api);
  const { answer: who } = await openServer(folder, { ...server, token }).ask(sessionsRoutes.session_show, {});
  const name = readText(given, 'as') ?? nameFor(folder, server.url);
  const known = readServers(folder);
  const entry = { ...server, operator: who.name, token };
  writeServers(folder, { current: name, servers: { ...known.servers, [name]: entry } });
  console.error(`Signed in at ${api.origin} as ${visibleLine(who.name)} (${who.role}).`);
  if (who.lacks_second_factor)
    console.error('This role wants a second factor: nothing else is allowed before "remotes account totp".');
  return exitStatus.done;
}

function checkWays(given: Given): void {
  const ways = ['token-stdin', 'setup'].filter((way) => isGiven(given, way));
  if (readText(given, 'name') !== undefined && isGiven(given, 'token-stdin')) ways.push('name');
  if (ways.length > 1)
    throw usageTrouble(
      `${ways.map((way) => `--${way}`).join(' and ')} exclude each other: give one of them.`,
    );
}

async function newServer(given: Given): Promise<NewServer> {
  const url = readServerUrl(given.words[0] ?? '');
  const known = findServer(readServers(given.config.folder), url);
  const caFile = readText(given, 'ca');
  const ca = caFile === undefined ? known?.ca : await readCertificates(caFile);
  const isInsecure = isGiven(given, 'insecure-http') || given.config.isInsecureHttpAllowed;
  return { url, ...(ca !== undefined && { ca }), ...(isInsecure && { isInsecureHttpAllowed: true }) };
}

async function readCertificates(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8').catch((thrown: Error) => {
    throw usageTrouble(`The certificate cannot be read: ${thrown.message}.`);
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw usageTrouble(`${path} holds no certificate in PEM.`);
  return pem;
}

async function obtainToken(given: Given, api: Api): Promise<string> {
  if (isGiven(given, 'token-stdin')) return tokenFromInput();
  const name = readText(given, 'name');
  const isFromLines = isGiven(given, 'password-stdin');
  if (isGiven(given, 'setup')) return withAnswers(isFromLines, (answers) => setUp(api, answers, name));
  if (name !== undefined) return withAnswers(isFromLines, (answers) => byPassword(api, answers, name));
  if (isFromLines) throw usageTrouble('--password-stdin goes with --name or --setup.');
  return byCode(api);
}

async function tokenFromInput(): Promise<string> {
  const answers = openAnswers({ isFromLines: true });
  const token = (await answers.ask('the API token')).trim();
  answers.close();
  if (isTokenText(token)) return token;
  throw usageTrouble('What came on standard input is no API token: that begins with rmt_api_.');
}

async function withAnswers<Result>(
  isFromLines: boolean,
  use: (answers: Answers) => Promise<Result>,
): Promise<Result> {
  const answers = openAnswers({ isFromLines });
  try {
    return await use(answers);
  } finally {
    answers.close();
  }
}

async function byPassword(api: Api, answers: Answers, name: string): Promise<string> {
  const password = await answers.askSecret(`Password of ${name}: `);
  const ask = (code?: string) => {
    const body = { name, password, kind: 'bearer' as const, ...(code !== undefined && { code }) };
    return api.ask(sessionsRoutes.session_create, { body });
  };
  return tokenOf(await withSecondFactor(answers, ask));
}

async function setUp(api: Api, answers: Answers, givenName: string | undefined): Promise<string> {
  const link = await answers.askSecret('Set-up link: ');
  const token = /rmt_set_[A-Za-z0-9_-]+/.exec(link)?.[0];
  if (token === undefined) throw usageTrouble('That is no set-up link: it ends in #rmt_set_ and more.');
  // Only the first admin's link may leave it open.
  const name =
    givenName ??
    ((await answers.ask('Your name (empty if the link was made for one): ')).trim() || undefined);
  const password = await askNewPassword(answers);
  const ask = (code?: string) => {
    const body = { token, password, kind: 'bearer' as const, ...(name !== undefined && { name }) };
    return api.ask(sessionsRoutes.setup, { body: { ...body, ...(code !== undefined && { code }) } });
  };
  return tokenOf(await withSecondFactor(answers, ask));
}

async function withSecondFactor<Result>(
  answers: Answers,
  ask: (code?: string) => Promise<{ answer: Result }>,
): Promise<Result> {
  try {
    return (await ask()).answer;
  } catch (thrown) {
    if (!isProblem(thrown, 'second_factor_wanted')) throw thrown;
    const code = await answers.askSecret('Code of the second factor: ');
    return (await ask(code.trim())).answer;
  }
}

function tokenOf({ token }: SignedIn): string {
  if (token === null)
    throw trouble('unreached', 'The server signed in without giving a token: is it another version?');
  return token;
}

/** Somebody who is signed in lets us in (after RFC 8628). */
async function byCode(api: Api): Promise<string> {
  const { answer: asked } = await api.ask(deviceLoginsRoutes.device_logins_create, {});
  console.error(`Your code is ${asked.user_code}. Where you are signed in already, approve it:`);
  console.error(`  remotes sessions approve ${asked.user_code}`);
  const end = Date.parse(asked.expires_at);
  while (Date.now() < end) {
    await delay(Math.max(1, asked.interval_seconds) * 1000);
    const body = { device_code: asked.device_code };
    const { answer } = await api.ask(deviceLoginsRoutes.device_logins_token, { body });
    if (answer.state === 'denied') throw trouble('refused', 'The code was denied: nobody was signed in.');
    if (answer.state === 'approved' && answer.token !== null) return answer.token;
  }
  throw trouble('refused', 'Nobody approved the code in time: repeat the command for a new one.');
}

/** The host name of the server, with its port where another entry has that name already. */
function nameFor(folder: string, url: string): string {
  const { servers } = readServers(folder);
  const present = Object.entries(servers).find(([, server]) => server.url === url);
  if (present) return present[0];
  const { hostname, host } = new URL(url);
  if (!Object.hasOwn(servers, hostname)) return hostname;
  return Object.hasOwn(servers, host) ? url : host;
}
