import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '@remotes/protocol/version';
import type { Config } from '../config.ts';
import { trouble } from '../trouble.ts';
import type { Network } from './exchange.ts';
import { followRedirects } from './follow-redirects.ts';
import { readAnswer, type ServerAnswer } from './server-answer.ts';

export type Question = {
  method: 'GET' | 'POST';
  url: URL;
  token?: string | undefined;
  body?: object;
  /** Aborted to wait no longer. */
  signal?: AbortSignal | undefined;
};

/** The server at the other end: one question, one answer. Throws a trouble when there is no answer. */
export type Server = { readonly ask: (question: Question) => Promise<ServerAnswer> };

export function openServer(config: Config): Server {
  let network: Network | undefined;
  return Object.freeze({
    async ask({ method, url, token, body, signal }: Question) {
      network ??= {
        timeoutSeconds: config.timeoutSeconds,
        proxies: config.proxies,
        ca: config.caFile === undefined ? undefined : await readCertificates(config.caFile),
      };
      const headers = {
        Accept: '*/*',
        'User-Agent': `remotes-client/${version}`,
        'CLIENT-AGENT': 'Remotes',
        'CLIENT-VERSION': version,
        ...(token === undefined ? {} : { Authorization: `Token ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      };
      const content = body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) };
      return readAnswer(await followRedirects({ method, url, headers, signal, ...content }, network));
    },
  });
}

/** A file of PEM certificates, or a folder of such files, as `requests` takes both. */
async function readCertificates(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [await readFile(path, 'utf8')];
    const names = (await readdir(path)).filter((name) => /\.(pem|crt|cer|\d+)$/.test(name));
    return await Promise.all(names.map((name) => readFile(join(path, name), 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw trouble('settings', `the CA certificates in ${path} can't be read (${code})`);
  }
}
