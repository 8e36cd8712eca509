import { describe, expect, test } from 'vitest';
import { openDatabase } from '../databases.ts';
import { openDoor } from './open-door.ts';

describe('a link for people that is opened in a browser', () => {
  test.each([
    ['/setup', 'remotes login ADDRESS --setup'],
    ['/device', 'remotes sessions approve CODE'],
  ])('%s says what to type', async (path, words) => {
    const { call } = await openDoor(await openDatabase('sqlite'));
    const { status, text, headers } = await call(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text).toContain(words);
  });
});
