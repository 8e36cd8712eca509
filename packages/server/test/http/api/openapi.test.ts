import { openApiDocument } from '@remotes/protocol/operators/openapi';
import { routes } from '@remotes/protocol/operators/routes';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../databases.ts';
import { openDoor } from '../open-door.ts';

describe('the OpenAPI document', () => {
  test('is the one that is checked in (vitest run packages/server/test/http/api/openapi.test.ts -u writes it anew)', async () => {
    const text = `${JSON.stringify(openApiDocument(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../openapi.json');
  });

  test('is valid', async () => {
    const document = JSON.parse(JSON.stringify(openApiDocument()));
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });

  test('names every route of the contract once', () => {
    const operations = Object.values(openApiDocument().paths).flatMap((methods) => Object.values(methods));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(routes).sort());
  });

  test('is served, and as a page that runs nothing and loads nothing', async () => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const { call } = await openDoor(database);
    const served = await call('/api/v2/openapi.json');
    expect(JSON.parse(served.text)).toEqual(openApiDocument());
    const { status, headers, text } = await call('/api/v2/docs');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    for (const name of Object.keys(routes)) expect(text).toContain(`id="${name}"`);
    expect(text).not.toMatch(/<script|<link|src=|https?:\/\//i);
  });
});
