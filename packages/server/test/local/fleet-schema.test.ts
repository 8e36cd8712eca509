import { readFileSync } from 'node:fs';
import { FleetFile } from '@remotes/protocol/values/fleet-file';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const published = new URL('../../schema/fleet.schema.json', import.meta.url);

describe('the published JSON Schema of the fleet file', () => {
  test('is what apply reads by; npx vitest run packages/server/test/local/fleet-schema.test.ts -u writes it', async () => {
    const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...FleetFile };
    await expect(`${onePerLine(schema)}\n`).toMatchFileSnapshot(published.pathname);
  });

  test.each(['quickstart/sample.yaml'])('accepts %s', (file) => {
    const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
    expect(Value.Check(JSON.parse(readFileSync(published, 'utf8')), parse(text))).toBe(true);
  });

  test('tells an editor of a misspelt key', () => {
    const file = { settings: [{ name: 'greeting', valeu: 'Hello' }] };
    expect(Value.Check(JSON.parse(readFileSync(published, 'utf8')), file)).toBe(false);
  });
});

/** As the formatter wants it: lists of texts in one line. */
function onePerLine(schema: unknown): string {
  return JSON.stringify(schema, null, 2).replace(
    /\[\s+("[^"\]]*"(?:,\s+"[^"\]]*")*)\s+\]/g,
    (_, items: string) => `[${items.replace(/,\s+/g, ', ')}]`,
  );
}
