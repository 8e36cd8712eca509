import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { trouble } from '../trouble.ts';
import { replaceFile } from './replace-file.ts';

/** A server that somebody has signed in to. */
export type KnownServer = {
  readonly url: string;
  readonly operator: string;
  /** A session's or an API token; absent once signed out. */
  readonly token?: string;
  /** PEM certificates to trust in the place of those that Node brings. */
  readonly ca?: string;
  /** Agreed to once: this server is spoken to without TLS. */
  readonly isInsecureHttpAllowed?: boolean;
};

export type Servers = {
  /** The one that is meant when none is named. */
  readonly current: string | undefined;
  readonly servers: Readonly<Record<string, KnownServer>>;
};

/** What stands in the folder; nothing when there is none. */
export function readServers(folder: string): Servers {
  const path = pathIn(folder);
  try {
    const { current, servers } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Servers>;
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
    return { current, servers: servers ?? {} };
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { current: undefined, servers: {} };
    // A parser's message quotes what it read, which may be a token.
    const why = code === undefined ? 'it is damaged; remove it and sign in again' : message;
    throw trouble('usage', `${path} cannot be read: ${why}.`);
  }
}

export function writeServers(folder: string, servers: Servers): void {
  try {
    replaceFile(pathIn(folder), `${JSON.stringify(servers, null, 2)}\n`);
  } catch (thrown) {
    throw trouble('usage', `The sign-in cannot be kept: ${(thrown as Error).message}.`);
  }
}

function pathIn(folder: string): string {
  return join(folder, 'servers.json');
}
