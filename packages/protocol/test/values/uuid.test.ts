import { expect, test } from 'vitest';
import { readUuid } from '../../src/values/uuid.ts';

const uuid = '123e4567-e89b-42d3-a456-426614174000';

test.each([uuid, uuid.toUpperCase(), uuid.replaceAll('-', '')])('readUuid reads %s', (text) => {
  expect(readUuid(text)).toBe(uuid);
});

test.each([
  '',
  'x',
  `${uuid}0`,
  ` ${uuid}`,
  uuid.replace('-', ''),
  uuid.replace('1', 'g'),
  `{${uuid}}`,
  `urn:uuid:${uuid}`,
])('readUuid refuses %j', (text) => {
  expect(readUuid(text)).toBeUndefined();
});
