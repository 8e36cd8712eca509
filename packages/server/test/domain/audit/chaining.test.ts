import { isCheckpointSigned } from '@remotes/protocol/crypto/audit-chain';
import { verifyAuditExport } from '@remotes/protocol/crypto/audit-verification';
import { judgeCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { AuditEntry } from '@remotes/protocol/values/audit-entry';
import { describe, expect, test } from 'vitest';
import { writeAudit } from '../../../src/domain/audit/chaining.ts';
import { nextSigningKey } from '../../../src/domain/key-succession.ts';
import type { AuditNote } from '../../../src/domain/ports.ts';
import { eachDatabase } from '../../databases.ts';
import { addOperator } from '../../http/api/sample-operators.ts';
import { connectTo } from '../../storage/raw-connection.ts';
import { createFleet, start } from '../small-fleet.ts';
import { tester } from '../tester.ts';
import { admin, askAudit, auditFile } from './audit-file.ts';

const noteOf = (subject: string, differing: Partial<AuditNote> = {}): AuditNote => ({
  at: start,
  by: tester,
  action: 'host.rename',
  subject,
  ...differing,
});

describe('the audit', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const { mind } = fleet;
      await addOperator(database, mind.clock(), { name: 'ada', role: 'admin' });
      const { fingerprint } = await mind.serverKeys();
      return {
        database,
        fleet,
        mind,
        note: (...subjects: string[]) =>
          mind.storage.decide(
            'noteAudit',
            subjects.map((subject) => noteOf(subject)),
          ),
        keys: { signingKey: fingerprint, recoveryKey: undefined },
        verdict: async (signingKey = fingerprint) =>
          verifyAuditExport([await auditFile(mind)], { keys: { signingKey, recoveryKey: undefined } }),
      };
    };

    test('what was noted becomes entries without gaps, in an export that is found good', async () => {
      const { mind, note, verdict } = await begin();
      await note('one', 'two');
      await writeAudit(mind);
      await note('three');
      expect(await verdict()).toMatchObject({ checkpoint: { size: 3 }, isKeyKnown: true });
      const { answer } = await askAudit(mind, 'audit_list');
      expect(answer.items).toMatchObject([
        { number: 3, subject: 'three' },
        { number: 2, subject: 'two' },
        {
          number: 1,
          at: '2026-01-01T00:00:00.000Z',
          by: { kind: 'local', name: 'tester', operator_id: null },
          action: 'host.rename',
          subject: 'one',
          before: null,
          after: null,
        },
      ]);
    });

    test('servers that append at once make one chain, with each entry once', async () => {
      const { database, mind, note, verdict } = await begin();
      const other = await database.openAgain();
      const otherMind = { ...mind, storage: other };
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          await note(`a ${index}`);
          await other.decide('noteAudit', [noteOf(`b ${index}`)]);
          await Promise.all([writeAudit(mind), writeAudit(otherMind)]);
        }),
      );
      expect(await verdict()).toMatchObject({ checkpoint: { size: 40 } });
      const { answer } = await askAudit(mind, 'audit_list');
      expect(new Set(answer.items.map(({ subject }: AuditEntry) => subject)).size).toBe(40);
    });

    test('an entry is neither changed nor removed', async () => {
      const { database, mind, note } = await begin();
      await note('one');
      await writeAudit(mind);
      const connection = await connectTo(database);
      for (const text of ["update audit_entries set subject = 'x'", 'delete from audit_entries']) {
        await expect(connection.run({ name: undefined, text }, [])).rejects.toThrow('append-only');
      }
    });

    test('what cannot be stored or indexed as it is keeps no other entry waiting', async () => {
      const { mind, note, verdict } = await begin();
      const odd = ['\0', '\ud800', '\u2028\n', 'x'.repeat(20_000)];
      await note(...odd, 'after them');
      await mind.storage.decide('noteAudit', [
        noteOf('values', { before: { '\udc00': ['\0\ud800'] }, after: { text: '\0' } }),
      ]);
      expect(await verdict()).toMatchObject({ checkpoint: { size: 6 } });
    });

    test('a checkpoint covers what was noted, whichever server signed it, and leads on from the one before', async () => {
      const { database, fleet, mind, note } = await begin();
      const other = { ...mind, storage: await database.openAgain() };
      await writeAudit(mind);
      const first = await mind.audit.newestCheckpoint();
      expect(first).toMatchObject({ size: 0 });
      await note('one');
      await writeAudit(other);
      fleet.pass(5000);
      const second = await mind.audit.newestCheckpoint();
      if (!first || !second) throw new Error('There is no checkpoint.');
      expect(second).toMatchObject({ size: 1, at_ms: start });
      expect([isCheckpointSigned(second), judgeCheckpoint(first, second)]).toEqual([true, 'newer']);
      await writeAudit(mind);
      expect(await mind.audit.newestCheckpoint()).toEqual(second);
    });

    test('a checkpoint of what somebody kept can be asked for', async () => {
      const { mind, note } = await begin();
      await note('one');
      await writeAudit(mind);
      const kept = await mind.audit.newestCheckpoint();
      await note('two');
      await writeAudit(mind);
      const { answer } = await askAudit(mind, 'audit_checkpoint', { query: { size: 1 } });
      expect(answer.checkpoint).toMatchObject({ size: 1, hash: kept?.hash });
      expect(await askAudit(mind, 'audit_checkpoint', { query: { size: 3 } })).toMatchObject({
        problem: 'not_found',
      });
      expect((await askAudit(mind, 'audit_checkpoint')).answer.checkpoint).toMatchObject({ size: 2 });
    });

    test('an export is found good by the key from before the signing key was replaced', async () => {
      const { fleet, mind, note, keys, verdict } = await begin();
      await note('one');
      await writeAudit(mind);
      const next = nextSigningKey(await mind.serverKeys(), mind.masterKey, undefined, start);
      expect(
        await mind.storage.decide('succeedSigningKey', { ...next, now: start, by: tester }),
      ).toHaveProperty('fingerprint');
      fleet.pass(1000);
      const found = await verdict(keys.signingKey);
      expect(found).toMatchObject({ isKeyKnown: true });
      expect('fingerprint' in found && found.fingerprint).not.toBe(keys.signingKey);
    });

    test('is searched by who, what, to which and when, page by page', async () => {
      const { mind } = await begin();
      const other = { ...tester, name: 'bob' };
      await mind.storage.decide('noteAudit', [
        noteOf('host 1'),
        noteOf('host 2', { at: start + 1000, by: other }),
        noteOf('host 1', { at: start + 2000, action: 'host.remove' }),
        noteOf('job 1', { at: start + 3000, action: 'job.create' }),
      ]);
      await writeAudit(mind);
      const found = async (query: object) =>
        (await askAudit(mind, 'audit_list', { query })).answer.items.map(({ number }: AuditEntry) => number);
      expect(await found({ actor: 'bob' })).toEqual([2]);
      expect(await found({ action: 'host' })).toEqual([3, 2, 1]);
      expect(await found({ action: 'host.remove' })).toEqual([3]);
      expect(await found({ subject: 'host 1' })).toEqual([3, 1]);
      expect(await found({ since_at: '2026-01-01T00:00:01Z', before_at: '2026-01-01T00:00:03Z' })).toEqual([
        3, 2,
      ]);
      const { answer } = await askAudit(mind, 'audit_list', { query: { limit: 3 } });
      expect(answer.items).toHaveLength(3);
      expect(await found({ limit: 3, cursor: answer.next })).toEqual([1]);
      expect(await askAudit(mind, 'audit_list', { query: { cursor: 'x' } })).toMatchObject({
        problem: 'invalid_request',
      });
    });

    test('is closed to rights that are narrowed to hosts groups', async () => {
      const { mind } = await begin();
      const actor = { ...admin, hostsGroupIds: [1] };
      for (const name of ['audit_list', 'audit_export'] as const) {
        expect(await askAudit(mind, name, { actor })).toMatchObject({ problem: 'not_allowed' });
      }
    });
  });
});
