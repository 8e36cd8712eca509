import { join } from 'node:path';
import { newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { serverFingerprint } from '../../src/domain/server-keys.ts';
import { openDatabase } from '../databases.ts';

const someKey = () => readMasterKey(newMasterKeyText())!;

test('a database from before the recovery key gets one, and none from a wrong master key (it kept one that nobody could open)', async () => {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const { storage, dataFolder } = database;
  const masterKey = someKey();
  const fingerprint = await serverFingerprint(storage, masterKey);
  const file = new Database(join(dataFolder, 'remotes.db'));
  file.exec(
    'update server_state set server_id = null, recovery_public_pem = null, recovery_private_sealed = null',
  );
  file.close();

  expect(await serverFingerprint(storage, someKey())).toBeUndefined();
  expect(await storage.tables.server.read()).toMatchObject({ serverId: null, recoveryPublicPem: null });
  expect(await serverFingerprint(storage, masterKey)).toBe(fingerprint);
  expect(await storage.tables.server.read()).toMatchObject({
    serverId: expect.any(String),
    recoveryPublicPem: expect.stringContaining('PUBLIC KEY'),
  });
});
