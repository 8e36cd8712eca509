import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../databases.ts';
import { call } from '../http/call.ts';
import { administer, startProgram } from './program.ts';

const chosen = 'nine blue kites drift past noon';

describe('the first admin', () => {
  test('is made by a link that stands in a file of one’s own until it is used, and in no log', async () => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    const server = startProgram(place, 'start', '--port', '0');
    const url = /"url":"([^"]+)"/.exec(await server.line(/Remotes listens on/))?.[1] ?? '';
    const said = await server.line(/There is no admin yet/);
    const file = join(place.dataFolder, 'setup-link');
    expect(said).toContain(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const link = readFileSync(file, 'utf8').trim();
    const [address, token = ''] = link.split('#');
    expect(address).toBe(`${url}/setup`);
    const used = await call(`${url}/api/v2/setup`, {
      body: { token, name: 'ada', password: chosen, kind: 'bearer' },
    });
    expect(used.status).toBe(201);
    await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(false);
    server.process.kill('SIGTERM');
    const { stdout, stderr } = await server.ended;
    expect(stdout + stderr).not.toContain(token);
    const again = startProgram(place, 'start', '--port', '0');
    await again.line(/Remotes listens on/);
    again.process.kill('SIGTERM');
    expect((await again.ended).stdout).not.toContain('no admin yet');
  });
});

describe('create-admin', () => {
  test('makes another link, for a name', async () => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    const { status, stdout } = await administer(
      place,
      'create-admin',
      '--name',
      'grace',
      '--url',
      'https://remotes.example',
      '--json',
    );
    expect(status).toBe(0);
    const { file } = JSON.parse(stdout);
    expect(readFileSync(file, 'utf8')).toMatch(/^https:\/\/remotes\.example\/setup#rmt_set_[\w-]{43}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('makes an admin at once, with a password from standard input', async () => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    const make = (name: string, password: string) => {
      const program = startProgram(place, 'create-admin', '--name', name, '--password-stdin');
      program.process.stdin?.end(`${password}\n`);
      return program.ended;
    };
    expect(await make('ada', 'short')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/12 characters/),
    });
    expect(await make('ada', chosen)).toMatchObject({ status: 0, stdout: 'ada is an admin from now on.\n' });
    expect(await make('Ada', chosen)).toMatchObject({ status: 1, stderr: expect.stringMatching(/already/) });
    const server = startProgram(place, 'start', '--port', '0');
    const url = /"url":"([^"]+)"/.exec(await server.line(/Remotes listens on/))?.[1] ?? '';
    const signed = await call(`${url}/api/v2/session`, {
      body: { name: 'ada', password: chosen, kind: 'bearer' },
    });
    expect(signed.status).toBe(201);
  });

  test('says what it wants', async () => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    expect(await administer(place, 'create-admin', '--password-stdin')).toMatchObject({ status: 2 });
  });
});
