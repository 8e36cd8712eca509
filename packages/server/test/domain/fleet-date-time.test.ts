import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateTimeText, readDateTime } from '../../src/domain/fleet-date-time.ts';

describe('readDateTime', () => {
  test.each([
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31t08:00z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31 09:00:00+01:00', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T02:30:00.5-05:30', '2026-01-31T08:00:00.500Z'],
    ['2024-02-29T00:00:00+14:00', '2024-02-28T10:00:00.000Z'],
  ])('reads %s', (text, moment) => {
    expect(readDateTime(text)).toBe(Date.parse(moment));
  });

  test.each([
    '2026-01-31T08:00:00',
    '2026-01-31',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:60:00Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+0100',
    'tomorrow',
  ])('refuses %s', (text) => {
    expect(readDateTime(text)).toBeUndefined();
  });

  test('reads what dateTimeText writes', () => {
    const moments = fc.date({
      min: new Date(0),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (moment) => readDateTime(dateTimeText(moment.getTime())) === moment.getTime()),
    );
    expect(dateTimeText(Date.parse('2026-01-31T08:00:00Z'))).toBe('2026-01-31T08:00:00Z');
  });
});
