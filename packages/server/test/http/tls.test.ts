import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { generate } from 'selfsigned';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { dial } from './call.ts';
import { openDoor } from './open-door.ts';

describe('TLS', () => {
  eachDatabase((open) => {
    test('requests are answered as over plain HTTP, and the server knows its own scheme', async () => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], { keyType: 'ec' });
      const { url } = await openDoor(await open(), { tls: { cert, key } });
      expect(url).toMatch(/^https:/);
      const answer = await askSecurely(`${url}/api/status`);
      expect(answer).toMatchObject({ status: 'OK', server_url: `${url}/` });
    });

    test('a connection that never shakes hands, and one that speaks plain HTTP, do not stop it', async () => {
      const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], { keyType: 'ec' });
      const { url } = await openDoor(await open(), { tls: { cert, key } });
      const silent = dial(url);
      const plain = dial(url);
      plain.on('error', () => {});
      plain.write('GET /api/status HTTP/1.1\r\n\r\n');
      expect(await askSecurely(`${url}/api/status`)).toMatchObject({ status: 'OK' });
      silent.destroy();
      plain.destroy();
    });
  });
});

/** Takes any certificate: who the server is, is not what is tested here. */
function askSecurely(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, rejectUnauthorized: false }, (response) =>
      resolve(json(response)),
    );
    sent.on('error', reject).end();
  });
}
