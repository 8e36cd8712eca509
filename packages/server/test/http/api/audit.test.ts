import { isCheckpointSigned } from '@remotes/protocol/crypto/audit-chain';
import { verifyAuditExport } from '@remotes/protocol/crypto/audit-verification';
import {
  type AuditCheckpoint,
  judgeCheckpoint,
  readCheckpoint,
} from '@remotes/protocol/values/audit-checkpoint';
import { expect, onTestFinished, test } from 'vitest';
import { auditDeeds } from '../../../src/domain/audit/audit-deeds.ts';
import { writeAudit } from '../../../src/domain/audit/chaining.ts';
import { serverAuthor } from '../../../src/domain/operators/author.ts';
import { proveActor } from '../../../src/domain/operators/prove-actor.ts';
import { openDatabase } from '../../databases.ts';
import { addVerifiedHost } from '../../storage/sample-rows.ts';
import { openDoor } from '../open-door.ts';
import { addOperator, withBearer } from './sample-operators.ts';

async function begin() {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const door = await openDoor(database);
  const { mind } = door.fleet;
  const ada = await addOperator(database, mind.clock(), { name: 'ada', role: 'admin' });
  const vera = await addOperator(database, mind.clock(), { name: 'vera', role: 'viewer' });
  const host = await database.write(addVerifiedHost);
  await writeAudit(mind);
  const ask = (path: string, { token }: { token: string }, what: { method?: string; body?: object } = {}) =>
    door.call(`/api/v2/${path}`, { ...what, headers: withBearer(token) });
  return { database, door, mind, ada, vera, host, ask };
}

function checkpointOf({ headers }: { headers: NodeJS.Dict<string | string[]> }): AuditCheckpoint {
  const checkpoint = readCheckpoint(String(headers['remotes-checkpoint']));
  if (!checkpoint) throw new Error('The answer has no checkpoint.');
  return checkpoint;
}

test('what an operator does stands in the audit: who, by which token, from where, and what it was before', async () => {
  const { mind, ada, host, ask } = await begin();
  const { status } = await ask(`hosts/${host.id}`, ada, { method: 'PATCH', body: { name: 'web-1' } });
  expect(status).toBe(200);
  await writeAudit(mind);
  const { json } = await ask('audit?action=host', ada);
  expect(json).toMatchObject({
    items: [
      {
        by: { kind: 'operator', operator_id: ada.id, name: 'ada', token_name: "ada's", address: '127.0.0.1' },
        action: 'host.rename',
        subject: expect.stringContaining(String(host.id)),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ],
    next: null,
  });
});

test('its checkpoints are kept from whoever lacks the second factor that his role wants', async () => {
  const { door, ada, ask } = await begin();
  expect((await ask('audit/checkpoint', ada)).status).toBe(200);
  await door.fleet.administer(({ settings }) =>
    settings.put({
      name: 'second_factor_required_for',
      value: 'admin',
      description: '',
      isSecret: false,
      isActive: true,
    }),
  );
  for (const path of ['audit/checkpoint', 'session']) {
    const { status, headers } = await ask(path, ada);
    expect([status, headers['remotes-checkpoint']]).toEqual([path === 'session' ? 200 : 401, undefined]);
  }
});

test('an export that is read slowly ends when its reader may not read it any more', async () => {
  const { database, mind, ada } = await begin();
  const note = { at: 0, by: serverAuthor, action: 'a.b', subject: 'c' };
  await mind.storage.decide(
    'noteAudit',
    Array.from({ length: 1100 }, () => note),
  );
  const actor = await proveActor(mind, { bearer: ada.token }, { address: '' });
  const replied = (await auditDeeds.audit_export({ mind, actor } as never)) as {
    stream: AsyncIterable<string>;
  };
  const parts: string[] = [];
  for await (const part of replied.stream) {
    parts.push(part);
    await database.write(({ operators }) => operators.change(ada.id, { role: 'operator' }));
  }
  expect(parts).toHaveLength(1);
  expect(parts.join('')).not.toContain('checkpoint');
});

test('who was refused stands in the audit: known accounts by name, strangers as a number', async () => {
  const { mind, ada, vera, door, ask } = await begin();
  await ask('audit', vera);
  await door.call('/api/v2/audit');
  await door.call('/api/v2/audit', { headers: withBearer('rmt_api_wrong') });
  await mind.storage.decide('noteAudit', mind.audit.takeRefusals(true));
  await writeAudit(mind);
  const { json } = await ask('audit?action=request.refuse', ada);
  expect(json).toMatchObject({
    items: [
      { by: { kind: 'nobody' }, after: { code: 'not_signed_in', times: 2 } },
      { by: { name: 'vera' }, subject: 'audit_list', after: { code: 'not_allowed' } },
    ],
  });
});

test('each answer to somebody known has a signed checkpoint, and none is older than one that he was given', async () => {
  const { mind, ada, vera, host, door, ask } = await begin();
  const kept = checkpointOf(await ask('hosts', vera));
  expect(isCheckpointSigned(kept)).toBe(true);
  await ask(`hosts/${host.id}`, ada, { method: 'PATCH', body: { name: 'web-1' } });
  await writeAudit(mind);
  const given = checkpointOf(await ask('hosts/999', vera));
  expect(judgeCheckpoint(kept, given)).toBe('newer');
  const { json } = await ask(`audit/checkpoint?size=${kept.size}`, vera);
  expect(json).toMatchObject({ checkpoint: { size: kept.size, hash: kept.hash } });
  expect((await door.call('/api/v2/hosts')).headers['remotes-checkpoint']).toBeUndefined();
});

test('an export is found good without asking anybody, and leads through what was kept', async () => {
  const { mind, ada, host, ask } = await begin();
  await ask(`hosts/${host.id}`, ada, { method: 'PATCH', body: { name: 'web-1' } });
  await writeAudit(mind);
  const checkpoints = [checkpointOf(await ask('hosts', ada))];
  await ask(`hosts/${host.id}`, ada, { method: 'PATCH', body: { name: 'web-2' } });
  const { text, headers } = await ask('audit/export', ada);
  expect(headers['content-type']).toBe('application/x-ndjson');
  const { fingerprint } = await mind.serverKeys();
  const keys = { signingKey: fingerprint, recoveryKey: undefined };
  expect(await verifyAuditExport([Buffer.from(text)], { checkpoints, keys })).toMatchObject({
    checkpoint: { size: 2 },
    isKeyKnown: true,
  });
});
