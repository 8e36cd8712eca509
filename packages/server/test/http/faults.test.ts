import { refuse } from '@remotes/protocol/errors';
import { describe, expect, test } from 'vitest';
import type { Mind } from '../../src/domain/mind.ts';
import { eachDatabase } from '../databases.ts';
import { openDoor } from './open-door.ts';

/** A mind whose every look at the settings fails. */
const failing = (error: Error) => ({
  mind: ({ definitions }: Mind) => ({
    definitions: { ...definitions, current: () => Promise.reject(error) },
  }),
});

describe('faults', () => {
  eachDatabase((open) => {
    test('a fault is answered with 500 and the request id, and logged whole', async () => {
      const { call, logLines } = await openDoor(await open(), failing(new Error('the secret cause')));
      const answer = await call('/api/status/');
      expect(answer.status).toBe(500);
      const { request_id: requestId, ...rest } = answer.json as { request_id: string };
      expect(rest).toEqual({ detail: 'The server failed; its log says why, under the request id.' });
      expect(answer.headers['x-request-id']).toBe(requestId);
      const logged = logLines.map((line) => JSON.parse(line)).find(({ level }) => level === 50);
      expect(logged).toMatchObject({ requestId, path: '/api/status/', err: { message: 'the secret cause' } });
      expect(logged.err.stack).toContain('faults.test.ts');
    });

    test('a list that fails carries results all the same', async () => {
      const { call } = await openDoor(await open(), failing(new Error('broken')));
      const answer = await call('/api/v1/commands/list', { token: 'x' });
      expect([answer.status, answer.json]).toMatchObject([500, { results: [] }]);
    });

    test('a database that cannot answer is 503 with Retry-After and its sentence', async () => {
      const unavailable = Object.assign(new Error('driver says'), refuse('unavailable', 'The disk is full.'));
      const { call } = await openDoor(await open(), failing(unavailable));
      const answer = await call('/api/v1/commands/list/', { token: 'x' });
      expect([answer.status, answer.json]).toMatchObject([503, { detail: 'The disk is full.', results: [] }]);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    });
  });
});

describe('every refusal of the list carries results, so that an old monitor lives on', () => {
  eachDatabase((open) => {
    test('401, 403, 404, 405 and 406', async () => {
      const { call, addToken, enrol } = await openDoor(await open());
      const { token } = await enrol();
      const path = '/api/v1/commands/list';
      const answers = [
        await call(path),
        await call(path, { token: 'wrong' }),
        await call(path, { token: await addToken() }),
        await call(path, { token, method: 'POST' }),
        await call(path, { token, headers: { accept: 'text/html' } }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 403, 405, 406]);
      for (const { json } of answers) expect(json).toMatchObject({ detail: expect.any(String), results: [] });
    });
  });
});
