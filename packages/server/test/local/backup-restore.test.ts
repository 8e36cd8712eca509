import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase, openDatabase } from '../databases.ts';
import { addHosts } from '../domain/silent-hosts.ts';
import { createFleet } from '../domain/small-fleet.ts';
import { administer, type Place } from './program.ts';

const pauseRemark =
  'Nothing is offered to any host until "remotes-server resume": since the backup was made hosts may have run commands that it does not know of, and those of the v1 protocol cannot be asked.\n' +
  'Commands that were defined since the backup are not in it: applying the same file again makes new commands of them, which run once more on each host, so mark those with "active: false" first. A backup from before "keys rotate" brings the former key back: see "Backup and restore" in docs/operating.md.\n';

describe('remotes-server backup and restore, on sqlite', () => {
  /** A place with a token in it, no longer in use, and a backup of it. */
  const begin = async () => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    await administer(place, 'registration_token');
    const file = join(place.dataFolder, 'backup.db');
    expect(await administer(place, 'backup', file)).toMatchObject({ status: 0 });
    return { place, file };
  };
  const tokens = async (place: Place): Promise<unknown[]> =>
    JSON.parse((await administer(place, 'registration_token', 'list', '--json')).stdout);

  test('a backup is made while the database is in use, private, and without the master key', async () => {
    const database = await openDatabase('sqlite', 'inline');
    onTestFinished(database.remove);
    await administer(database, 'registration_token');
    const file = join(database.dataFolder, 'backup.db');
    const { status, stdout, stderr } = await administer(database, 'backup', file);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Wrote \S+backup\.db \(\d+ KiB\)\.\n/);
    const keyFile = join(database.dataFolder, 'secret.key');
    expect(stdout).toContain(
      `The master key is never in a backup: keep ${keyFile}, or REMOTES_SECRET_KEY, in another place.\n`,
    );
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(keyFile, 'utf8').trim();
    const bytes = readFileSync(file);
    expect(bytes.includes(key)).toBe(false);
    expect(bytes.includes(Buffer.from(key, 'base64url'))).toBe(false);
    const json = await administer(database, 'backup', `${file}.2`, '--json');
    expect(JSON.parse(json.stdout)).toEqual({
      file: `${file}.2`,
      bytes: expect.any(Number),
      holds_master_key: false,
    });
  });

  test('a backup overwrites nothing, and wants a folder that is there', async () => {
    const { place, file } = await begin();
    const before = readFileSync(file);
    expect(await administer(place, 'backup', file)).toEqual({
      status: 1,
      stdout: '',
      stderr: `${file} is there already: name another file.\n`,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    const nowhere = join(place.dataFolder, 'none');
    expect((await administer(place, 'backup', join(nowhere, 'file'))).stderr).toBe(
      `The folder ${nowhere} is not there: make it, or name another one.\n`,
    );
  });

  test('a restore wants --yes where a database is, keeps that one beside, and offers nothing until resume', async () => {
    const { place, file } = await begin();
    await administer(place, 'registration_token');
    expect(await tokens(place)).toHaveLength(2);
    expect(await administer(place, 'restore', file)).toEqual({
      status: 1,
      stdout: '',
      stderr: `There is a database in ${place.dataFolder} already: to put ${file} in its place, and keep it beside, say --yes.\n`,
    });
    const { status, stdout, stderr } = await administer(place, 'restore', file, '--yes');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const kept = /^Restored \S+\. The former database is (\S+)\.\n/.exec(stdout)?.[1] ?? '';
    expect(existsSync(kept)).toBe(true);
    expect(stdout).toContain(pauseRemark);
    expect(await tokens(place)).toHaveLength(1);
    expect((await administer(place, 'resume')).stdout).toBe('Hosts are offered commands again.\n');
    // The former one is as good as a backup.
    expect(await administer(place, 'restore', kept, '--yes')).toMatchObject({ status: 0 });
    expect(await tokens(place)).toHaveLength(2);
  });

  test('what a restored server would run anew wants to be agreed to like anything else', async () => {
    const database = await openDatabase('sqlite');
    const fleet = await createFleet(database);
    await addHosts(database, ...Array.from({ length: 11 }, () => ({})));
    await fleet.define();
    const { place } = await begin();
    const file = join(place.dataFolder, 'fleet.db');
    expect(await administer(database, 'backup', file)).toMatchObject({ status: 0 });
    await database.remove();
    const fresh = { dataFolder: join(place.dataFolder, 'fresh'), databaseUrl: undefined };
    expect(await administer(fresh, 'restore', file)).toMatchObject({ status: 0 });
    expect((await administer(fresh, 'resume')).stderr).toBe(
      'Commands will run on 11 hosts. To go ahead, say --yes 11.\n',
    );
  });

  test('a restore into a new folder needs no --yes, and says that the key is missing', async () => {
    const { place, file } = await begin();
    const fresh = { dataFolder: join(place.dataFolder, 'fresh'), databaseUrl: undefined };
    const { status, stdout, stderr } = await administer(fresh, 'restore', file);
    expect({ status, stdout }).toEqual({ status: 0, stdout: `Restored ${file}.\n${pauseRemark}` });
    expect(stderr).toBe(
      `The master key of this database is not here: set REMOTES_SECRET_KEY, or copy the server's secret.key into ${fresh.dataFolder}.\n`,
    );
    expect(statSync(fresh.dataFolder).mode & 0o777).toBe(0o700);
    writeFileSync(join(fresh.dataFolder, 'secret.key'), 'A'.repeat(43), { mode: 0o600 });
    const again = await administer(fresh, 'restore', file, '--yes', '--json');
    expect(again).toEqual({ status: 1, stdout: '', stderr: expect.stringContaining('does not open') });
    writeFileSync(join(fresh.dataFolder, 'secret.key'), readFileSync(join(place.dataFolder, 'secret.key')));
    const third = await administer(fresh, 'restore', file, '--yes', '--json');
    expect(JSON.parse(third.stdout)).toMatchObject({ restored: file, is_paused: true });
    expect(third.stderr).toBe('');
  });

  test('a backup of another system, which the master key does not open, is refused, and changes nothing', async () => {
    const { place } = await begin();
    const { file: foreign } = await begin();
    const before = readFileSync(join(place.dataFolder, 'remotes.db'));
    expect(await administer(place, 'restore', foreign, '--yes')).toEqual({
      status: 1,
      stdout: '',
      stderr: `The master key that is here does not open ${foreign}: put the secret.key file, or the REMOTES_SECRET_KEY, that it was made with in its place. Nothing was changed.\n`,
    });
    expect(readFileSync(join(place.dataFolder, 'remotes.db')).equals(before)).toBe(true);
    expect(readdirSync(place.dataFolder).filter((name) => /restor/.test(name))).toEqual([]);
  });

  test('a restore is refused while the database is in use, and changes nothing', async () => {
    const database = await openDatabase('sqlite', 'inline');
    onTestFinished(database.remove);
    const { file } = await begin();
    const before = readdirSync(database.dataFolder);
    expect(await administer(database, 'restore', file, '--yes')).toEqual({
      status: 1,
      stdout: '',
      stderr: `${join(database.dataFolder, 'remotes.db')} is in use: stop remotes-server and whatever else uses it, then try again.\n`,
    });
    expect(readdirSync(database.dataFolder)).toEqual(before);
  });

  test('what is no backup is refused, and the database stays', async () => {
    const { place, file } = await begin();
    const none = join(place.dataFolder, 'none');
    const text = join(place.dataFolder, 'text');
    writeFileSync(text, 'not a database at all '.repeat(1000));
    const folder = join(place.dataFolder, 'folder');
    mkdirSync(folder);
    const refusal = async (from: string) => {
      const { status, stderr } = await administer(place, 'restore', from, '--yes');
      expect(status).toBe(1);
      return stderr;
    };
    expect(await refusal(none)).toBe(`There is no file ${none}.\n`);
    expect(await refusal(text)).toBe(`${text} is not a backup of a Remotes database.\n`);
    expect(await refusal(folder)).toBe(`${folder} is not a file.\n`);
    if (process.getuid?.() !== 0) {
      chmodSync(file, 0);
      expect(await refusal(file)).toBe(`${file} cannot be read: check who owns it.\n`);
    }
    expect(await tokens(place)).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });

  test.each([
    [['backup'], '"backup" takes FILE, not nothing.'],
    [['backup', 'a', 'b'], '"backup" takes FILE, not "a b".'],
    [['restore'], '"restore" takes FILE, not nothing.'],
    [['restore', 'a', '--force'], "Unknown option '--force'"],
  ])('does not understand %j, and says so', async ([name = '', ...args], sentence) => {
    const place = { dataFolder: '/nonexistent', databaseUrl: undefined };
    const { status, stderr } = await administer(place, name, ...args);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(`"remotes-server ${name} --help" explains it.\n`);
  });
});

describe('remotes-server backup and restore, on postgres', () => {
  const place = {
    dataFolder: '/data',
    databaseUrl: "postgres://fleet:pass%20word@db.example:5433/it's?sslmode=require&password=hidden",
  };
  const url = `'postgres://fleet@db.example:5433/it'\\''s?sslmode=require'`;
  const hint = 'The password is left out: set PGPASSWORD, or write it into ~/.pgpass.\n';

  test('backup prints the pg_dump line to use, without the password, says that it made none, and exits with 1', async () => {
    const { status, stdout, stderr } = await administer(place, 'backup', '/var/backups/a b');
    expect(status).toBe(1);
    expect(stdout).toBe(`pg_dump --format=custom --no-owner --file='/var/backups/a b' --dbname=${url}\n`);
    expect(stderr).toBe(
      `No backup was made: on PostgreSQL the line above makes it. ${hint}The master key is never in a backup: keep /data/secret.key, or REMOTES_SECRET_KEY, in another place.\n`,
    );
  });

  test('restore prints the pg_restore line to use, and what to run after it, and exits with 1', async () => {
    const { status, stdout, stderr } = await administer(place, 'restore', '/var/backups/it');
    expect(status).toBe(1);
    expect(stdout).toBe(
      `pg_restore --clean --if-exists --no-owner --single-transaction --dbname=${url} /var/backups/it\n` +
        `remotes-server pause --restored --database-url ${url}\n`,
    );
    expect(stderr).toBe(
      `Nothing was restored: on PostgreSQL the lines above do it. Stop every server first. ${hint}${pauseRemark}`,
    );
    const json = await administer(place, 'restore', '/var/backups/it', '--json');
    expect(JSON.parse(json.stdout)).toEqual({ run: stdout.trimEnd().split('\n') });
  });

  test('a database behind a socket is named as PostgreSQL names it', async () => {
    const databaseUrl = 'postgres://fleet:word@/fleet?host=/run/postgresql';
    expect((await administer({ ...place, databaseUrl }, 'backup', 'file')).stdout).toBe(
      "pg_dump --format=custom --no-owner --file=file --dbname='postgres://fleet@/fleet?host=/run/postgresql'\n",
    );
  });

  test('a URL that cannot be read is one sentence, and is not shown', async () => {
    const { status, stderr } = await administer({ ...place, databaseUrl: 'fleet:word@db' }, 'backup', 'file');
    expect(status).toBe(1);
    expect(stderr).toBe('The database URL cannot be read: it begins like postgres://user@host/database.\n');
  });
});
