import { describe, expect, test } from 'vitest';
import { startFakeApi, token } from '../fake-api.ts';
import { createCli } from '../run-cli.ts';

describe('remotes api-tokens', () => {
  test('a token that is asked for seconds is good for no longer', async () => {
    const expiresAt = '2026-11-23T12:00:02.000Z';
    const api = await startFakeApi({
      api_tokens_create: () => ({ id: 1, token, expires_at: expiresAt }),
    });
    expect(await createCli(api.env).run(['api-tokens', 'create', 'x', '--expires', '2s'])).toEqual({
      code: 0,
      stdout: `${token}\n`,
      stderr: 'Good until 2026-11-23 12:00:02. It is not shown again.\n',
    });
    expect(api.faults).toEqual([]);
    expect(api.asked[0]?.body).toEqual({ name: 'x', expires_in_seconds: 2 });
  });
});
