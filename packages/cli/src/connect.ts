import { type Api, openApi } from './api/api.ts';
import { closingAt } from './api/audit-closing.ts';
import { watchCheckpoints } from './api/checkpoint-watch.ts';
import type { Given } from './command.ts';
import { checkpointFile } from './folder/checkpoint-file.ts';
import { type KnownServer, readServers, type Servers } from './folder/servers-file.ts';
import { readText } from './given.ts';
import { isTokenText } from './token-text.ts';
import { isTrouble, trouble, usageTrouble } from './trouble.ts';

/** The server that is meant, with what one is known by there; troubles say how to sign in. */
export function connect(given: Pick<Given, 'values' | 'config'>): Api {
  const known = chooseServer(given);
  if (known.token === undefined)
    throw trouble('refused', `Nobody is signed in at ${known.url}: remotes login ${known.url}`);
  return openServer(given.config.folder, known);
}

/** A server whether one is signed in there or not. */
export function openServer(folder: string, server: ServerAccess): Api {
  // By itself: its own answers bring checkpoints too.
  const quiet = openUnwatched(server);
  const noteCheckpoint = watchCheckpoints(checkpointFile(folder, server.url), quiet.origin, (size) =>
    wordAt(quiet, size),
  );
  const { url, token, ca } = server;
  return openApi({ url, token, ca, noteCheckpoint });
}

type ServerAccess = Omit<KnownServer, 'operator'>;

/** For what ends the session by which one could ask how the audit began. */
export function openUnwatched({ url, token, ca, ...rules }: ServerAccess): Api {
  requireSecure(url, rules.isInsecureHttpAllowed === true);
  return openApi({ url, token, ca, noteCheckpoint() {} });
}

/** Nobody waits long for it: what was asked has been done. */
const mostWordSeconds = 10;

async function wordAt(api: Api, size: number): Promise<unknown> {
  try {
    return await closingAt(api, size, AbortSignal.timeout(mostWordSeconds * 1000));
  } catch (thrown) {
    if (isTrouble(thrown)) return undefined;
    throw thrown;
  }
}

/** The entry that `--server`, the environment or the last `remotes use` names. */
export function chooseServer({ values, config }: Pick<Given, 'values' | 'config'>): KnownServer {
  const named = readText({ values }, 'server');
  const servers = readServers(config.folder);
  if (named !== undefined) return findServer(servers, named) ?? unknown(named);
  if (config.token !== undefined) return ofEnvironment(servers, config, config.token);
  if (config.server !== undefined) return findServer(servers, config.server) ?? unknown(config.server);
  const current = servers.current === undefined ? undefined : servers.servers[servers.current];
  if (current) return current;
  const [first, ...more] = Object.values(servers.servers);
  if (first && more.length === 0) return first;
  throw trouble('refused', 'Nobody is signed in at any server: remotes login URL');
}

/** Entries by their name, or by the address of the server. */
export function findServer({ servers }: Servers, nameOrUrl: string): KnownServer | undefined {
  if (Object.hasOwn(servers, nameOrUrl)) return servers[nameOrUrl];
  const url = nameOrUrl.replace(/\/+$/, '');
  return Object.values(servers).find((server) => server.url === url);
}

function ofEnvironment(servers: Servers, config: Given['config'], token: string): KnownServer {
  const { server } = config;
  // Else it would go to whichever server was used last.
  if (server === undefined)
    throw usageTrouble(
      'REMOTES_TOKEN is set and REMOTES_SERVER is not: name the server that the token is for.',
    );
  if (!isTokenText(token))
    throw usageTrouble(
      'REMOTES_TOKEN holds no API token: that begins with rmt_api_. Make one with remotes api-tokens.',
    );
  const known = findServer(servers, server);
  const url = known?.url ?? readServerUrl(server);
  const isInsecureHttpAllowed = config.isInsecureHttpAllowed || known?.isInsecureHttpAllowed === true;
  return {
    url,
    operator: '',
    token,
    isInsecureHttpAllowed,
    ...(known?.ca !== undefined && { ca: known.ca }),
  };
}

/** The address of a server as it is kept: without a final slash, a query or a name and password. */
export function readServerUrl(text: string): string {
  const written = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw usageTrouble(`"${text}" is no address of a server: that looks like https://remotes.example.com.`);
  if (url.username !== '' || url.password !== '')
    throw usageTrouble('The address of a server holds no name and password: "remotes login" asks for them.');
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

function requireSecure(url: string, isInsecureHttpAllowed: boolean): void {
  const { protocol, hostname, origin } = new URL(url);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol === 'https:' || isLoopback || isInsecureHttpAllowed) return;
  throw trouble(
    'usage',
    `${origin} is spoken to without TLS: everybody on the way could read your password and token. Use https://, or agree with "remotes login ${origin} --insecure-http" (for programs REMOTES_INSECURE_HTTP=1).`,
  );
}

function unknown(named: string): never {
  throw trouble('refused', `Nobody is signed in at ${named}: remotes login URL, or see "remotes use".`);
}
