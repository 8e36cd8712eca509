import { version } from '@remotes/protocol/version';
import type { Config } from '../config.ts';
import { readCertificates } from './certificates.ts';
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
        ca: config.caFile === undefined ? undefined : readCertificates(config.caFile),
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
