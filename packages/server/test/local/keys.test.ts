import { createPrivateKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isSignedFor,
  newSigningKey,
  readSigningPublicKey,
  signingKeyFingerprint,
} from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase, databaseKinds, openDatabase } from '../databases.ts';
import { openSealedHost, shakeHands } from '../sealed-host.ts';
import { administer, type Place, startProgram } from './program.ts';

describe.each(databaseKinds)('remotes-server keys, on %s', (kind) => {
  test('shows by what hosts know this server, and that it is what tokens and handshakes say', async () => {
    const { place, url, run } = await startedServer(kind);
    const token = await run('registration_token');
    const shown = JSON.parse(await run('keys', 'show', '--json'));
    const { proof } = await shakeHands(url);
    expect(shown).toEqual({
      server: proof.server,
      signing_key: token.split('.')[1],
      recovery_key: fingerprintOf(proof.recovery_key),
      is_recovery_key_in_database: true,
      successions: [],
    });
    expect(fingerprintOf(proof.signing_key)).toBe(shown.signing_key);
    const { stdout, stderr } = await administer(place, 'keys');
    expect(stdout).toBe(
      `Server        ${shown.server}\nSigning key   ${shown.signing_key}\nRecovery key  ${shown.recovery_key}\n`,
    );
    expect(stderr).toContain('take-recovery');
  });

  test('a new signing key is taken within a second, signed by the former one; sessions end and tokens still lead here', async () => {
    const { url, run } = await startedServer(kind);
    const token = await run('registration_token');
    const host = await openSealedHost(url);
    await host.enter(token);
    const before = host.session.proof;
    const rotated = JSON.parse(await run('keys', 'rotate', '--json'));
    expect(rotated).toMatchObject({ by: 'signing', previous_key: token.split('.')[1] });
    await expect
      .poll(async () => fingerprintOf((await shakeHands(url)).proof.signing_key), { timeout: 1000 })
      .toBe(rotated.signing_key);
    expect(await host.say({ type: 'host_status' })).toMatchObject({ status: 410 });

    const { proof } = await shakeHands(url);
    expect(proof.server).toBe(before.server);
    expect(proof.recovery_key).toBe(before.recovery_key);
    expect(proof.successions).toMatchObject([
      { previous_key: before.signing_key, next_key: proof.signing_key, by: 'signing' },
    ]);
    expect(isGood(proof.successions[0], before.signing_key)).toBe(true);
    const newcomer = await openSealedHost(url);
    await newcomer.enter(token);
    expect(await run('registration_token')).toContain(`.${rotated.signing_key}`);
  });

  test('the recovery key is taken offline once, and names a signing key from its file; chains grow', async () => {
    const { place, url, run } = await startedServer(kind);
    const file = join(place.dataFolder, 'recovery.pem');
    const first = (await shakeHands(url)).proof;
    const { stdout, stderr } = await administer(place, 'keys', 'take-recovery', file);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('PRIVATE');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const taken = createPrivateKey(readFileSync(file, 'utf8'));
    expect(signingKeyFingerprint(taken)).toBe(fingerprintOf(first.recovery_key));
    expect(await administer(place, 'keys', 'take-recovery', `${file}2`)).toEqual({
      status: 1,
      stdout: '',
      stderr: 'The recovery key was taken before: it is not in the database any more.\n',
    });
    expect(JSON.parse(await run('keys', '--json'))).toMatchObject({ is_recovery_key_in_database: false });

    await run('keys', 'rotate');
    expect(await run('keys', 'rotate', '--recovery', file)).toContain('make new ones for new hosts');
    await expect
      .poll(async () => (await shakeHands(url)).proof.successions.length, { timeout: 1000 })
      .toBe(2);
    const { proof } = await shakeHands(url);
    const [one, two] = proof.successions;
    expect([one?.previous_key, two?.previous_key, two?.next_key]).toEqual([
      first.signing_key,
      one?.next_key,
      proof.signing_key,
    ]);
    expect([isGood(one, first.signing_key), isGood(two, first.recovery_key)]).toEqual([true, true]);
    expect([one?.by, two?.by]).toEqual(['signing', 'recovery']);
    expect((await run('keys')).match(/^Before/gm)).toHaveLength(2);
  });
});

/** The recovery key as the database holds it, and which of the files in the data folder hold these bytes. */
async function sealedRecoveryKey({ place }: Awaited<ReturnType<typeof startedServer>>) {
  const database = new Database(join(place.dataFolder, 'remotes.db'), { readonly: true });
  onTestFinished(() => void database.close());
  const sealed = String(database.prepare('select recovery_private_sealed from server_state').pluck().get());
  expect(sealed.length).toBeGreaterThan(100);
  const middle = sealed.slice(20, 80);
  const holders = () =>
    readdirSync(place.dataFolder).filter((name) => contentOf(join(place.dataFolder, name)).includes(middle));
  return { database, holders };
}

/** A server that starts writes files beside and renames them: one may have gone since it was listed. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return Buffer.alloc(0);
  }
}

test('nothing of a recovery key that was taken is left in the files of the database, though a server has it open', async () => {
  const started = await startedServer('sqlite');
  const { database, holders } = await sealedRecoveryKey(started);
  // Changes of the row leave former copies of it behind.
  for (let count = 0; count < 3; count += 1) await started.run('keys', 'rotate');
  database.close();
  expect(holders()).not.toEqual([]);
  const said = await started.run('keys', 'take-recovery', join(started.place.dataFolder, 'recovery.pem'));
  expect(said).toContain('remotes.db.before-restore-*');
  expect(said).not.toContain('remotes.db-wal');
  expect(holders()).toEqual([]);
  expect(JSON.parse(await started.run('keys', '--json'))).toMatchObject({ successions: [{}, {}, {}] });
  await started.end();
  expect(holders()).toEqual([]);
});

test('where somebody reads the database, take-recovery says that a restart removes the rest, and it does', async () => {
  const started = await startedServer('sqlite');
  const { database, holders } = await sealedRecoveryKey(started);
  database.exec('begin; select count(*) from hosts');
  const said = await started.run('keys', 'take-recovery', join(started.place.dataFolder, 'recovery.pem'));
  expect(said).toContain('Stop the server and start it again');
  expect(holders()).not.toEqual([]);
  database.close();
  await started.end();
  await startProgram(started.place, 'start', '--port', '0').line(/"url":/);
  expect(holders()).toEqual([]);
});

test('where what was before cannot be erased, take-recovery says what is done and what is not; once more, and it is', async () => {
  const started = await startedServer('sqlite');
  const { database, holders } = await sealedRecoveryKey(started);
  database.close();
  const edit = (sql: string) => {
    const writable = new Database(join(started.place.dataFolder, 'remotes.db'));
    writable.exec(sql);
    writable.close();
  };
  // In the place of a disk that is full from that moment on.
  edit("create trigger full before delete on server_state begin select raise(abort, 'no room'); end");
  const file = join(started.place.dataFolder, 'recovery.pem');
  const { status, stdout, stderr } = await administer(started.place, 'keys', 'take-recovery', file);
  expect(status).toBe(1);
  expect(stdout).toContain(`The recovery key is in ${file}, and this server has it no more.\n`);
  expect(stderr).toBe(
    'The database has forgotten the recovery key, but what its files held before, sealed with the master key, could not be erased. no room. Then run "remotes-server keys take-recovery FILE" again: it finds no key, and erases the rest.\n',
  );
  expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  expect(holders()).not.toEqual([]);
  edit('drop trigger full');
  expect(await administer(started.place, 'keys', 'take-recovery', `${file}2`)).toEqual({
    status: 1,
    stdout: '',
    stderr: 'The recovery key was taken before: it is not in the database any more.\n',
  });
  expect(holders()).toEqual([]);
});

test('where the database cannot forget the key, take-recovery leaves no copy of it', async () => {
  const started = await startedServer('sqlite');
  await started.end();
  const writable = new Database(join(started.place.dataFolder, 'remotes.db'));
  writable.exec(
    "create trigger full before update on server_state begin select raise(abort, 'no room'); end",
  );
  writable.close();
  const file = join(started.place.dataFolder, 'recovery.pem');
  expect((await administer(started.place, 'keys', 'take-recovery', file)).status).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('take-recovery leaves a file alone that is there already, and the key where it is', async () => {
  const { place, run } = await startedServer('sqlite');
  const { status, stderr } = await administer(
    place,
    'keys',
    'take-recovery',
    join(place.dataFolder, 'secret.key'),
  );
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/secret\.key is there already: name a new file\.\n$/),
  });
  expect(JSON.parse(await run('keys', '--json'))).toMatchObject({ is_recovery_key_in_database: true });
});

test("a key that is not this server's recovery key names no signing key", async () => {
  const { place } = await startedServer('sqlite');
  const file = join(place.dataFolder, 'other.pem');
  writeFileSync(file, newSigningKey().privatePem);
  for (const wrong of [file, join(place.dataFolder, 'remotes.db'), '/nonexistent']) {
    const { status, stderr } = await administer(place, 'keys', 'rotate', '--recovery', wrong);
    expect(status).toBe(1);
    expect(stderr).toMatch(/does not hold the recovery key of this server|cannot be read/);
  }
  expect(JSON.parse((await administer(place, 'keys', '--json')).stdout)).toMatchObject({ successions: [] });
});

test('keys of a server that never started are not made up', async () => {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const { status, stderr } = await administer(database, 'keys');
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'This server has no keys yet: they are made when it starts for the first time.\n',
  });
});

function fingerprintOf(keyText: string): string {
  const key = readSigningPublicKey(keyText);
  if (!key) throw new Error('This is no key.');
  return signingKeyFingerprint(key);
}

function isGood(succession: { signature: string } | undefined, byKey: string): boolean {
  const key = readSigningPublicKey(byKey);
  if (!succession || !key) return false;
  const { signature, ...signed } = succession;
  return isSignedFor('key succession', key, canonicalJson(signed), signature);
}

async function startedServer(kind: (typeof databaseKinds)[number]) {
  const place: Place & { remove(): Promise<void> } = await createDatabase(kind);
  onTestFinished(place.remove);
  const server = startProgram(place, 'start', '--port', '0');
  const { url } = JSON.parse(await server.line(/"url":/)) as { url: string };
  return {
    place,
    url,
    async end(): Promise<void> {
      server.process.kill('SIGTERM');
      await server.ended;
    },
    async run(...args: readonly string[]): Promise<string> {
      const { status, stdout, stderr } = await administer(place, ...args);
      if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout.trim();
    },
  };
}
