import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from './databases.ts';
import { administer, type Ended, startProgram } from './local/program.ts';

test('a first start with --tls self makes the data folder, and a certificate in it (it ended in a stack trace)', async () => {
  const dataFolder = join(await emptyFolder(), 'not/there/yet');
  const server = startProgram(
    { dataFolder, databaseUrl: undefined },
    'start',
    '--port',
    '0',
    '--tls',
    'self',
  );
  expect(JSON.parse(await server.line(/"url":/))).toMatchObject({ url: expect.stringMatching(/^https:/) });
  expect(await server.line(/TLS certificate/)).toContain(join(dataFolder, 'tls-cert.pem'));
  expect(statSync(dataFolder).mode & 0o777).toBe(0o700);
  expect(statSync(join(dataFolder, 'tls-key.pem')).mode & 0o777).toBe(0o600);
  server.process.kill('SIGTERM');
  expect((await server.ended).status).toBe(0);
});

test.each([
  [
    'a file in the place of the folder',
    'file',
    /^The TLS certificate cannot be written: ENOTDIR.* --data\.\n$/,
  ],
  ['a folder below a file', 'file/folder', /^The data folder .* cannot be made: ENOTDIR.* --data\.\n$/],
])('--tls self where nothing can be written is one sentence: %s', async (_what, path, sentence) => {
  const top = await emptyFolder();
  writeFileSync(join(top, 'file'), '');
  expect(await startIn(join(top, path))).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(sentence),
  });
});

// The kernel's own folders refuse root as well, whom no mode keeps out.
test.runIf(existsSync('/sys/kernel'))(
  '--tls self in a folder that refuses files is one sentence',
  async () => {
    expect(await startIn('/sys/kernel')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The TLS certificate cannot be written: E\w+: .* --data\.\n$/),
    });
  },
);

async function emptyFolder(): Promise<string> {
  const { dataFolder, remove } = await createDatabase('sqlite');
  onTestFinished(remove);
  return dataFolder;
}

function startIn(dataFolder: string): Promise<Ended> {
  return administer({ dataFolder, databaseUrl: undefined }, 'start', '--port', '0', '--tls', 'self');
}
