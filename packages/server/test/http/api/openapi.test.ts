import { memberWords } from '@remotes/protocol/operators/member-words';
import { openApiDocument } from '@remotes/protocol/operators/openapi';
import { routes } from '@remotes/protocol/operators/routes';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { docsPage } from '../../../src/http/api/docs-page.ts';
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

  test('says of every length, moment and count what it is, and its page says so too', () => {
    const silent = new Set<string>();
    const known = new Set<string>();
    const look = (part: unknown): void => {
      if (typeof part !== 'object' || part === null) return;
      const { properties = {} } = part as { properties?: Record<string, { description?: string }> };
      for (const [name, { description }] of Object.entries(properties)) {
        known.add(name);
        if (/_(at|seconds|bytes|days|ms)$|^(yes|hosts|wave|stop_after|dry_run)$/.test(name) && !description)
          silent.add(name);
      }
      for (const value of Object.values(part)) look(value);
    };
    look(openApiDocument());
    expect([...silent]).toEqual([]);
    const parameters = Object.values(openApiDocument().paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => operation.parameters.map(({ name }) => name)),
    );
    const unused = Object.keys(memberWords).filter((name) => !known.has(name) && !parameters.includes(name));
    expect(unused).toEqual([]);
    expect(docsPage(openApiDocument())).toContain('How long it may take on a host, in seconds.');
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
    expect(text).toContain('The <code>cursor</code> of the next page; null at the end.');
    expect(text).not.toContain('`');
  });
});
