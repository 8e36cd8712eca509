import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { openDoor } from './open-door.ts';

describe('starting to listen', () => {
  eachDatabase((open) => {
    test('where it cannot, says in one sentence why and what to do', async () => {
      const database = await open();
      const { url } = await openDoor(database);
      const port = Number(new URL(url).port);
      const trouble = (options: Parameters<typeof openDoor>[1]) =>
        expect(openDoor(database, options)).rejects;
      await trouble({ port }).toMatchObject({
        code: 'start_problem',
        message: `Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another with --port.`,
      });
      await trouble({ host: '192.0.2.1' }).toMatchObject({ message: expect.stringContaining('--host') });
      await trouble({ tls: { cert: 'rubbish', key: 'rubbish' } }).toMatchObject({
        code: 'start_problem',
        message: expect.stringMatching(/^The TLS certificate and its key cannot be used: /),
      });
    });
  });
});
