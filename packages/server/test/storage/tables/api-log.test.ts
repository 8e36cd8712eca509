import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';

function entry(at: number) {
  return {
    at,
    requestId: `request-${at}`,
    method: 'POST',
    path: '/api/v1/host/register/',
    status: 401,
    address: '192.0.2.7',
    hostName: null,
    operatorName: null,
    clientAgent: 'Django Remotes',
    durationMs: 1.25,
    arguments: null,
  };
}

eachDatabase((open) => {
  it('keeps requests as they were, newest first', async () => {
    const { storage, write } = await open();
    const named = { ...entry(3), hostName: '000001', arguments: '{"uuid":"…"}' };
    await write(({ apiLog }) => apiLog.add([entry(1), entry(2), named]));
    expect(await storage.tables.apiLog.list(2)).toMatchObject([named, entry(2)]);
  });

  it('removes old requests in small steps', async () => {
    const { storage, write } = await open();
    await write(({ apiLog }) => apiLog.add([1, 2, 3, 4, 5].map(entry)));
    const prune = () => write(({ apiLog }) => apiLog.prune(4, 2));
    expect([await prune(), await prune(), await prune()]).toEqual([2, 1, 0]);
    expect((await storage.tables.apiLog.list(10)).map(({ at }) => at)).toEqual([5, 4]);
  });
});
