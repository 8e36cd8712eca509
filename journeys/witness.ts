import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FernetKey, openFernet } from '@remotes/protocol/crypto/fernet';

/** A post that the server has answered with 201. */
export type Acknowledged = {
  readonly hostToken: string;
  readonly command: number;
  readonly outputId: number;
  readonly fields: { readonly output: string; readonly result: string };
};

export type Witness = {
  readonly url: string;
  readonly acknowledged: readonly Acknowledged[];
  close(): Promise<void>;
};

/**
 * Stands between hosts and server, and writes down what the server has said that it stored, before the host hears
 * it. Where the server dies the host's connection ends without an answer.
 */
export async function startWitness(target: () => string): Promise<Witness> {
  const acknowledged: Acknowledged[] = [];
  const server = createServer(async (asked, answer) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of asked) parts.push(part);
    } catch {
      return;
    }
    const body = Buffer.concat(parts);
    const headers = { ...asked.headers, connection: 'close' };
    const forwarded = request(
      new URL(asked.url ?? '/', target()),
      { method: asked.method ?? 'GET', headers, agent: false },
      async (response) => {
        const answered: Buffer[] = [];
        try {
          for await (const part of response) answered.push(part);
        } catch {
          answer.destroy();
          return;
        }
        const bytes = Buffer.concat(answered);
        const command = Number(/\/commands\/post\/(\d+)/.exec(asked.url ?? '')?.[1]);
        if (response.statusCode === 201)
          acknowledged.push({
            hostToken: String(asked.headers.authorization).replace('Token ', ''),
            command,
            outputId: JSON.parse(bytes.toString()).results.id,
            fields: JSON.parse(body.toString()),
          });
        answer.writeHead(response.statusCode ?? 500, response.headers).end(bytes);
      },
    );
    forwarded.on('error', () => answer.destroy());
    forwarded.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    acknowledged,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What was posted, opened. */
export function openFields(key: FernetKey, { fields }: Acknowledged): { output: string; result: string } {
  const open = (sealed: string) => {
    const bytes = openFernet(key, sealed);
    if (!bytes) throw new Error('What was acknowledged cannot be opened.');
    return bytes.toString();
  };
  return { output: open(fields.output), result: open(fields.result) };
}
