import { startProblem } from '../domain/start-problem.ts';

/** The line that writes a PostgreSQL database into a file. No password stands in it. */
export function dumpLine(databaseUrl: string, file: string): string {
  return `pg_dump --format=custom --no-owner --file=${quoted(file)} --dbname=${quoted(withoutPassword(databaseUrl))}`;
}

/** The lines that put it back, and let the server know that it was. */
export function restoreLines(databaseUrl: string, file: string): string[] {
  const url = quoted(withoutPassword(databaseUrl));
  return [
    `pg_restore --clean --if-exists --no-owner --single-transaction --dbname=${url} ${quoted(file)}`,
    `remotes-server pause --restored --database-url ${url}`,
  ];
}

/** Where PostgreSQL's programs, and ours, take the password from. */
export const passwordHint = 'The password is left out: set PGPASSWORD, or write it into ~/.pgpass.';

function withoutPassword(databaseUrl: string): string {
  // PostgreSQL's own form for a socket, `postgres://user:word@/database?host=/run`, is no URL to WHATWG.
  const placeholder = 'socket.invalid';
  const url = URL.parse(databaseUrl.replace(/^([a-z]+:\/\/[^/?#@]*@)\//, `$1${placeholder}/`));
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw startProblem('The database URL cannot be read: it begins like postgres://user@host/database.');
  }
  url.password = '';
  for (const name of ['password', 'sslpassword']) {
    if (url.searchParams.has(name)) url.searchParams.delete(name);
  }
  return url.href.replace(`@${placeholder}/`, '@/');
}

function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
