import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownMark } from '../../src/host/process-mark.ts';
import { makeRunFolder, removeAbandonedFolders, removeRunFolder } from '../../src/host/run-folder.ts';
import { until } from './until.ts';

let temporaryFolder = '';
beforeEach(() => {
  temporaryFolder = mkdtempSync(join(tmpdir(), 'remotes-test-'));
});
afterEach(() => rmSync(temporaryFolder, { recursive: true, force: true }));

const orderScript = new URL('fixtures/execute-order.ts', import.meta.url).pathname;
const order = (program: string) =>
  JSON.stringify({
    interpreter: 'sh',
    program,
    settings: {},
    variables: {},
    timeoutSeconds: 20,
    graceSeconds: 1,
    outputLimitBytes: 10_000,
    temporaryFolder,
  });

describe('the folder of a run', () => {
  test('nobody else may look into it', async () => {
    expect(statSync(await makeRunFolder(temporaryFolder)).mode & 0o777).toBe(0o700);
  });

  test('what is in it is for nobody else either', () => {
    const program = 'find "$(dirname "$REMOTES_INPUTS")" -type f -perm /077';
    const { stdout } = JSON.parse(execFileSync(process.execPath, [orderScript, order(program)]).toString());
    expect(Buffer.from(stdout, 'base64').toString()).toBe('');
  });

  test('it is removed with whatever the program put there, links and what they lead to excepted', async () => {
    const folder = await makeRunFolder(temporaryFolder);
    const kept = join(temporaryFolder, 'kept');
    mkdirSync(join(kept, 'inner'), { recursive: true });
    symlinkSync(kept, join(folder, 'link'));
    mkdirSync(join(folder, 'a/b/c'), { recursive: true });
    writeFileSync(join(folder, 'a/b/c/file'), '');
    expect(await removeRunFolder(folder)).toBeUndefined();
    expect(readdirSync(temporaryFolder)).toEqual(['kept']);
    expect(readdirSync(kept)).toEqual(['inner']);
  });

  test('it is removed even if the program has made folders in it read-only', () => {
    // Root may remove whatever it likes, so this is for somebody else to try.
    const isRoot = process.getuid?.() === 0;
    chmodSync(temporaryFolder, 0o777);
    const program =
      'cd "$(dirname "$REMOTES_INPUTS")" && mkdir -p a/b && touch a/b/c && chmod 000 a/b && chmod 500 a . && id -u';
    const output = execFileSync(
      process.execPath,
      [orderScript, order(program)],
      isRoot ? { uid: 65534, gid: 65534 } : {},
    );
    const { exitCode, stdout, sentence } = JSON.parse(output.toString());
    expect([exitCode, sentence]).toEqual([0, undefined]);
    expect(Buffer.from(stdout, 'base64').toString()).not.toBe('0\n');
    expect(readdirSync(temporaryFolder)).toEqual([]);
  });
});

describe('what a client that was killed has left behind', () => {
  test('is removed at the next start', async () => {
    const pidPath = join(temporaryFolder, 'pid');
    const client = spawn(process.execPath, [orderScript, order(`echo $$ > ${pidPath}; exec sleep 100`)], {
      stdio: 'ignore',
    });
    await until('the program runs', () => existsSync(pidPath) && readFileSync(pidPath, 'utf8') !== '');
    process.kill(client.pid!, 'SIGKILL');
    await once(client, 'exit');
    process.kill(Number(readFileSync(pidPath, 'utf8')), 'SIGKILL');
    expect(readdirSync(temporaryFolder)).toHaveLength(2);
    await removeAbandonedFolders(temporaryFolder);
    expect(readdirSync(temporaryFolder)).toEqual(['pid']);
  });

  test('but nothing else is', async () => {
    const dead = ownMark().split('.').with(1, '1').join('.');
    const elsewhere = ownMark().split('.').with(3, '00000000').join('.');
    await makeRunFolder(temporaryFolder);
    for (const name of ['other', 'remotes-run-', `remotes-run-${elsewhere}-abcdef`])
      mkdirSync(join(temporaryFolder, name));
    writeFileSync(join(temporaryFolder, `remotes-run-${dead}-afile`), '');
    symlinkSync('/', join(temporaryFolder, `remotes-run-${dead}-alink`));
    const before = readdirSync(temporaryFolder);
    await removeAbandonedFolders(temporaryFolder);
    expect(readdirSync(temporaryFolder)).toEqual(before);
    expect(before).toHaveLength(6);
  });

  test('a temporary folder that does not exist is no trouble', async () => {
    await removeAbandonedFolders(join(temporaryFolder, 'none'));
  });
});
