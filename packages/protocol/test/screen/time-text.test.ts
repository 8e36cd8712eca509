import { describe, expect, test } from 'vitest';
import { agoText, durationText, isoTime, localTime, readMoment } from '../../src/screen/time-text.ts';

const now = Date.parse('2026-11-23T17:05:09Z');

describe('times as people write and read them', () => {
  test.each([
    ['90s', 90_000],
    ['30m', 30 * 60_000],
    ['12h', 12 * 3600_000],
    ['7d', 7 * 86_400_000],
    ['0d', 0],
  ])('%s is a time from now', (text, laterMs) => {
    expect(readMoment(text, now)).toBe(now + laterMs);
  });

  test.each([
    ['2027-01-31T18:00Z', '2027-01-31T18:00:00.000Z'],
    ['2027-01-31T18:00:30+02:00', '2027-01-31T16:00:30.000Z'],
    ['2027-01-31 18:00:30.5Z', '2027-01-31T18:00:30.500Z'],
  ])('%s is a moment', (text, iso) => {
    expect(isoTime(readMoment(text, now) ?? null)).toBe(iso);
  });

  test('without a zone, a date or a date-time is meant as the clock of this machine shows it', () => {
    expect(localTime(readMoment('2027-01-31', now) ?? 0)).toBe('2027-01-31 00:00:00');
    expect(localTime(readMoment('2027-07-31T18:30', now) ?? 0)).toBe('2027-07-31 18:30:00');
  });

  test.each([
    '',
    '7',
    'd',
    '7 d',
    '7w',
    '-7d',
    '1.5h',
    '999999999d',
    'tomorrow',
    '31.01.2027',
    '2027-13-01',
    '2027-02-30',
    '2027-1-1',
  ])('%j is no time', (text) => {
    expect(readMoment(text, now)).toBeUndefined();
  });

  test.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [4_260, '4.3 s'],
    [12_999, '12 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_999, '119 min'],
    [7_200_000, '2 h'],
    [172_800_000, '2 d'],
  ])('%d ms is %s', (durationMs, text) => {
    expect(durationText(durationMs)).toBe(text);
  });

  test('what happened a moment ago, or ahead of a clock that is behind, is just now', () => {
    expect(agoText(now, now)).toBe('just now');
    expect(agoText(now + 5000, now)).toBe('just now');
    expect(agoText(now - 5000, now)).toBe('5.0 s ago');
  });
});
