import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { openDoor } from './open-door.ts';

const path = '/client/remotes-client.cjs';
const content = '#!/usr/bin/env node\nconsole.log("ü");\n';
const sha256 = createHash('sha256').update(content).digest('hex');

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'remotes-client-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'client.cjs');
}

describe('the client that is handed out', () => {
  eachDatabase((open) => {
    test('is sent byte for byte, with its SHA-256 as its tag', async () => {
      const clientFile = newFile();
      writeFileSync(clientFile, content);
      const { call } = await openDoor(await open(), { clientFile });
      const answer = await call(path);
      expect([answer.status, answer.text, answer.headers.etag]).toEqual([200, content, `"${sha256}"`]);
      expect(answer.headers).toMatchObject({
        'content-length': String(Buffer.byteLength(content)),
        'x-content-type-options': 'nosniff',
      });
      expect((await call(`${path}.sha256`)).text).toBe(`${sha256}  remotes-client.cjs\n`);
    });

    test('is not sent again to whoever has it', async () => {
      const clientFile = newFile();
      writeFileSync(clientFile, content);
      const { call } = await openDoor(await open(), { clientFile });
      const answer = await call(path, { headers: { 'if-none-match': `"x", "${sha256}"` } });
      expect([answer.status, answer.text]).toEqual([304, '']);
    });

    test('is not found before it was built, and found after', async () => {
      const clientFile = newFile();
      const { call } = await openDoor(await open(), { clientFile });
      expect((await call(path)).status).toBe(404);
      writeFileSync(clientFile, content);
      expect((await call(path)).status).toBe(200);
    });
  });
});
