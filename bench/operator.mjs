// An admin's account on a server that is measured, and requests in his name.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

const serverBin = new URL('../packages/server/bin/remotes-server.js', import.meta.url).pathname;
const name = 'bench';

/** Runs a command of `remotes-server` and answers what it prints. `where`: its --data and --database-url. */
export function atServer(where, args, input) {
  return execFileSync(process.execPath, [serverBin, ...args, ...where], {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(input !== undefined && { input }),
  });
}

/** Makes the account and answers its password. */
export function makeAdmin(where) {
  const password = randomBytes(18).toString('base64url');
  atServer(where, ['create-admin', '--name', name, '--password-stdin'], `${password}\n`);
  return password;
}

/** Answers `ask(method, path, body)`. */
export async function signIn(url, password) {
  let token;
  const ask = async (method, path, body) => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(said)}`);
    return said;
  };
  ({ token } = await ask('POST', '/api/v2/session', { name, password, kind: 'bearer' }));
  return ask;
}
