import { join } from 'node:path';
import { verifyAuditExport } from '@remotes/protocol/crypto/audit-verification';
import { judgeCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import { expect, onTestFinished, test } from 'vitest';
import { writeAudit } from '../../../src/domain/audit/chaining.ts';
import { backupSqlite } from '../../../src/storage/backup.ts';
import { openStorage, sqliteFile } from '../../../src/storage/open.ts';
import { restoreSqlite } from '../../../src/storage/restore.ts';
import { openDatabase } from '../../databases.ts';
import { addOperator } from '../../http/api/sample-operators.ts';
import { createFleet, start } from '../small-fleet.ts';
import { tester } from '../tester.ts';
import { askAudit, auditFile, byToken } from './audit-file.ts';

test('a database that was put back from a backup says so, and is found out by whoever kept a checkpoint', async () => {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const { mind } = await createFleet(database);
  await addOperator(database, mind.clock(), { name: 'ada', role: 'admin' });
  const note = async (as: typeof mind, subject: string) => {
    await as.storage.decide('noteAudit', [{ at: start, by: tester, action: 'host.rename', subject }]);
    await writeAudit(as);
    const checkpoint = await as.storage.tables.audit.newestCheckpoint();
    if (!checkpoint) throw new Error('There is no checkpoint.');
    return checkpoint;
  };
  const early = await note(mind, 'before the backup');
  const backup = join(database.dataFolder, 'backup.db');
  backupSqlite(sqliteFile(database.dataFolder), backup);
  await note(mind, 'after it');
  await note(mind, 'and more');
  const kept = await note(mind, 'and more still');

  const elsewhere = join(database.dataFolder, 'restored');
  const opened = await openStorage({ dataFolder: elsewhere, databaseUrl: undefined, mode: 'inline' });
  await opened.close();
  await restoreSqlite(backup, sqliteFile(elsewhere), tester);
  const storage = await openStorage({ dataFolder: elsewhere, databaseUrl: undefined, mode: 'inline' });
  onTestFinished(() => storage.close());
  const restored = { ...mind, storage };

  expect(judgeCheckpoint(kept, await note(restored, 'another past'))).toBe('smaller');
  expect(judgeCheckpoint(kept, await note(restored, 'as long'))).toBe('conflicting');
  // Longer than what was kept it looks harmless …
  expect(judgeCheckpoint(kept, await note(restored, 'longer'))).toBe('newer');
  // … until it is asked how it began.
  const { answer } = await askAudit(restored, 'audit_checkpoint', { query: { size: kept.size } });
  expect(judgeCheckpoint(kept, answer.checkpoint)).toBe('conflicting');
  const file = await auditFile(restored, byToken);
  expect(file.toString()).toContain('"action":"server.restore"');
  expect(await verifyAuditExport([file], { checkpoints: [early] })).toHaveProperty('checkpoint');
  expect(await verifyAuditExport([file], { checkpoints: [early, kept] })).toEqual({
    wrong: expect.stringContaining('Up to entry 4 this is not the record'),
  });
});
