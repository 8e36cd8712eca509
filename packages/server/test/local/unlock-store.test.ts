import { cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unlockStore } from '../../src/local/unlock-store.ts';
import { createDatabase, databaseKinds, openDatabase } from '../databases.ts';
import { type Place, type Program, startProgram } from './program.ts';

type Folder = Pick<Place, 'dataFolder'>;

const keyFileOf = ({ dataFolder }: Folder) => join(dataFolder, 'secret.key');
const sentenceIn = ({ dataFolder }: Folder) =>
  `The master key of this database is not here: set REMOTES_SECRET_KEY, or copy the server's secret.key into ${dataFolder}.`;
const refusalIn = (place: Place) => ({ status: 1, stdout: '', stderr: `${sentenceIn(place)}\n` });

describe.each(databaseKinds)('start, on %s', (kind) => {
  test('makes the key for an empty database, and is refused when that is lost (it wrote a new, wrong key beside the database)', async () => {
    const place = await createDatabase(kind);
    onTestFinished(place.remove);
    const fingerprint = await startAndStop(place);
    const keyFile = keyFileOf(place);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    renameSync(keyFile, `${keyFile}-elsewhere`);
    expect(await start(place).ended).toEqual(refusalIn(place));
    expect(existsSync(keyFile)).toBe(false);
    renameSync(`${keyFile}-elsewhere`, keyFile);
    expect(await startAndStop(place)).toBe(fingerprint);
  });
});

describe('servers on one PostgreSQL', () => {
  test('a second machine without the key is refused until the key is copied there (it made a wrong one of its own)', async () => {
    const first = await createDatabase('postgres');
    onTestFinished(first.remove);
    const fingerprint = await startAndStop(first);
    const second = { ...first, dataFolder: join(first.dataFolder, 'second') };
    expect(await start(second).ended).toEqual(refusalIn(second));
    expect(existsSync(second.dataFolder)).toBe(false);
    mkdirSync(second.dataFolder);
    cpSync(keyFileOf(first), keyFileOf(second));
    expect(await startAndStop(second)).toBe(fingerprint);
  });

  test('of two first starts at once with different data folders one wins, and the other is refused and leaves no key', async () => {
    const database = await openDatabase('postgres');
    onTestFinished(database.remove);
    const letThem = await holdServerRow(database.databaseUrl);
    const places = ['one', 'other'].map((name) => join(database.dataFolder, name));
    const stores = await Promise.all(places.map(() => database.openAgain()));
    const racers = stores.map((storage, index) =>
      unlockStore(storage, { ...database, dataFolder: places[index] ?? '', secretKey: undefined }),
    );
    const ends = Promise.allSettled(racers);
    // Each has made a key by then, as neither found one in the database.
    for (const dataFolder of places)
      await expect.poll(() => existsSync(keyFileOf({ dataFolder })), { timeout: 10_000 }).toBe(true);
    await letThem();
    const loser = (await ends).findIndex(({ status }) => status === 'rejected');
    const [lost = '', won = ''] = loser === 0 ? places : places.toReversed();
    expect((await ends)[loser]).toMatchObject({
      reason: { code: 'start_problem', message: sentenceIn({ dataFolder: lost }) },
    });
    expect(existsSync(keyFileOf({ dataFolder: lost }))).toBe(false);
    const { fingerprint } = await Promise.any(racers);
    expect(await startAndStop({ ...database, dataFolder: won })).toBe(fingerprint);
  });
});

function start(place: Place): Program {
  return startProgram(place, 'start', '--port', '0');
}

/** The fingerprint of its signing key, which only the right master key opens. */
async function startAndStop(place: Place): Promise<string> {
  const server = start(place);
  const { fingerprint } = JSON.parse(await server.line(/"url":/)) as { fingerprint: string };
  await stop(server);
  return fingerprint;
}

async function stop(server: Program): Promise<void> {
  server.process.kill('SIGTERM');
  expect((await server.ended).status).toBe(0);
}

/** Keeps every server from storing its signing key, until it is called. */
async function holdServerRow(databaseUrl: string | undefined): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('begin; select id from server_state for update');
  return async () => {
    await client.query('rollback');
  };
}
