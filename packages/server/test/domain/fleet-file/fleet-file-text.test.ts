import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFleetFile } from '../../../src/domain/fleet-file/fleet-file-reading.ts';
import { fleetFileText } from '../../../src/domain/fleet-file/fleet-file-text.ts';

/** Everything that may stand in a value or a program. */
const freeText = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({
      unit: fc.constantFrom(
        'a',
        ' ',
        '\n',
        '\t',
        '\r',
        '#',
        ':',
        '-',
        '"',
        "'",
        '|',
        '\u2028',
        '\u0085',
        '\ufeff',
        '\u0007',
      ),
    }),
    fc.constantFrom(
      'true',
      '0123',
      'null',
      '~',
      '1.10',
      '2026-01-01',
      '---',
      '...',
      '*a',
      '&a',
      '!a',
      '%',
      '@',
      '`',
    ),
  )
  .filter((text) => text.length > 0 && text.isWellFormed() && !text.includes('\0'));

describe('fleetFileText', () => {
  test('writes programs line by line, as they are', () => {
    const file: FleetFile = {
      settings: [],
      commands_groups: [
        { name: 'g', hosts_group: 'h', commands: [{ name: 'c', command: 'if True:\n  print(1)\n' }] },
      ],
    };
    expect(fleetFileText(file)).toBe(`settings: []

commands_groups:
  - name: g
    hosts_group: h
    commands:
      - name: c
        command: |
          if True:
            print(1)
`);
  });

  test('writes no text that is read as another one', () => {
    fc.assert(
      fc.property(freeText, freeText, freeText, (value, description, command) => {
        const file: FleetFile = {
          settings: [{ name: 'a', value, description }],
          variables: [{ category: 'c', name: 'n', values: { [value]: description } }],
          commands_groups: [{ name: 'g', hosts_group: 'h', commands: [{ name: 'c', command }] }],
        };
        const reading = readFleetFile(fleetFileText(file));
        expect(reading.problems).toEqual([]);
        expect(reading.file).toEqual(file);
      }),
      { numRuns: 1000 },
    );
  });
});
