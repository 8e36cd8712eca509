import { describe, expect, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { administer } from './program.ts';

describe('remotes-server api_log', () => {
  eachDatabase((open) => {
    const record = (database: OpenDatabase, count: number) =>
      database.write((tables) =>
        tables.apiLog.add(
          Array.from({ length: count }, (_, index) => ({
            at: Date.parse('2026-01-01T00:00:00Z') + index,
            requestId: `request-${index}`,
            method: 'POST',
            path: `/api/v1/${'x'.repeat(index)}`,
            status: 200 + index,
            address: '192.0.2.7',
            hostName: index === 0 ? null : '000001',
            operatorName: null,
            clientAgent: 'Django Remotes',
            durationMs: 1.25,
            arguments: index === 0 ? null : '{"uuid":"…"}',
          })),
        ),
      );

    test('shows the newest requests, newest last, in a table that fits', async () => {
      const database = await open();
      await record(database, 120);
      const { status, stdout } = await administer(database, 'api_log', '--limit', '3');
      expect(status).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      expect(lines).toEqual([
        expect.stringMatching(/^TIME +METHOD +PATH +STATUS +WHO +ADDRESS +TOOK$/),
        expect.stringMatching(/ POST +\/api\/v1\/x+… +317 +000001 +192\.0\.2\.7 +1\.3 ms$/),
        expect.stringMatching(/ 318 /),
        expect.stringMatching(/ 319 /),
      ]);
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
      expect((await administer(database, 'api-log')).stdout.trimEnd().split('\n')).toHaveLength(51);
    });

    test('gives programs everything that is logged', async () => {
      const database = await open();
      await record(database, 2);
      const { stdout } = await administer(database, 'api_log', '--json');
      expect(JSON.parse(stdout)).toMatchObject([
        { request_id: 'request-0', host_name: null, arguments: null },
        {
          at: '2026-01-01T00:00:00.001Z',
          request_id: 'request-1',
          method: 'POST',
          path: '/api/v1/x',
          status: 201,
          address: '192.0.2.7',
          host_name: '000001',
          client_agent: 'Django Remotes',
          duration_ms: 1.25,
          arguments: '{"uuid":"…"}',
        },
      ]);
    });

    test('says when nothing is being logged', async () => {
      const database = await open();
      const off = 'No requests are being logged: the setting apilog_enable_logging is not on.\n';
      expect(await administer(database, 'api_log')).toEqual({
        status: 0,
        stdout: '',
        stderr: `${off}The API log is empty.\n`,
      });
      await database.write(async (tables) => {
        const setting = { description: '', isSecret: false, isActive: true };
        await tables.settings.put({ ...setting, name: 'apilog_enable_logging', value: 'yes' });
        await tables.server.bumpEpoch();
      });
      expect((await administer(database, 'api_log')).stderr).toBe('The API log is empty.\n');
    });
  });

  test('does not understand a limit that is no number, and says so', async () => {
    const place = { dataFolder: '/nonexistent', databaseUrl: undefined };
    expect(await administer(place, 'api_log', '--limit', 'all')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--limit must be a whole number from 1 up, not "all".'),
    });
  });
});
