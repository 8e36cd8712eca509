import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type FilterableHost,
  type HostFilter,
  hostFilterFields,
  isAnchored,
  matchesHostFilter,
  parseHostFilter,
} from '../../src/values/host-filter.ts';

const host: FilterableHost = {
  id: 17,
  name: 'web-1',
  groups: ['All hosts', 'Web'],
  state: 'verified',
  presence: 'online',
  protocol: 'sealed',
  hostname: 'WEB-1.example',
  os: 'Linux',
  os_release: '6.1',
  architecture: 'x64',
  client_version: null,
};

function read(text: string): HostFilter {
  const filter = parseHostFilter(text);
  if ('problem' in filter) throw new Error(filter.problem);
  return filter;
}

describe('a filter over hosts', () => {
  test.each([
    ['os=linux and group="Web" and not name~"test-*"', true],
    ['name=web-1', true],
    ['name=WEB-1', false],
    ['NAME = "web-1" AND OS = LINUX', true],
    ['hostname=web-1.EXAMPLE', true],
    ['group=web', false],
    ['group="All hosts"', true],
    ['group!=Web', false],
    ['group~"W?b"', true],
    ['name~"*"', true],
    ['name~"w*b*1"', true],
    ['name~"eb-1"', false],
    ['id=17', true],
    ['id~"1?"', true],
    ['name=a or name=web-1 and os=windows', false],
    ['(name=a or name=web-1) and os=linux', true],
    ['not (os=windows or os=macos)', true],
    ['not not os=linux', true],
    ['client_version=1', false],
    ['client_version!=1', true],
    ['client_version~"*"', false],
    ['presence=online and protocol=sealed and state=verified', true],
    ['presence=away', false],
  ])('%s is %s of a host', (text, expected) => {
    expect(matchesHostFilter(read(text), host)).toBe(expected);
  });

  test('an operating system goes by the name that people use', () => {
    expect(matchesHostFilter(read('os=windows'), { ...host, os: 'Windows_NT' })).toBe(true);
    expect(matchesHostFilter(read('os=macos'), { ...host, os: 'Darwin' })).toBe(true);
  });

  test.each([
    [
      '',
      'The filter cannot be read at character 1: one of name, id, group, state, presence, protocol, hostname, os, os_release, architecture, client_version is wanted.',
      0,
    ],
    [
      'kernel=6',
      'The filter cannot be read at character 1: one of name, id, group, state, presence, protocol, hostname, os, os_release, architecture, client_version is wanted.',
      0,
    ],
    ['os', 'The filter cannot be read at character 3: one of =, != and ~ is wanted.', 2],
    [
      'os=',
      'The filter cannot be read at character 4: a value is wanted, in double quotes if it is more than a word.',
      3,
    ],
    ['os=linux name=a', 'The filter cannot be read at character 10: "and" or "or" is wanted.', 9],
    ['(os=linux', 'The filter cannot be read at character 10: a closing bracket is missing.', 9],
    ['os=linux)', 'The filter cannot be read at character 9: "and" or "or" is wanted.', 8],
    ['name="web', 'The filter cannot be read at character 6: a closing quote is missing.', 5],
    ['name=a!b', 'The filter cannot be read at character 7: ! has no meaning here.', 6],
    [
      'presence=gone',
      'The filter cannot be read at character 10: presence is one of online, away, never.',
      9,
    ],
    [
      `${'('.repeat(60)}os=linux${')'.repeat(60)}`,
      'The filter cannot be read at character 52: more brackets within each other than it takes.',
      51,
    ],
  ])('%s is told what is wrong, and where', (text, problem, at) => {
    expect(parseHostFilter(text)).toEqual({ problem, at });
  });

  test.each([
    ['os=linux', false],
    ['group=Web', true],
    ['os=linux and group=Web', true],
    ['os=linux or group=Web', false],
    ['name~"web-*" or id=3', true],
    ['not os=linux', false],
    ['not group=Web', false],
    ['group!=Web', false],
    ['protocol=sealed', false],
  ])('%s is anchored in what hosts do not decide: %s', (text, expected) => {
    expect(isAnchored(read(text))).toBe(expected);
  });

  test('what was read is read the same from its spelling', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(parseHostFilter(print(filter))).toEqual(filter);
      }),
    );
  });

  test('means what a plain evaluator makes of it, for any host', () => {
    fc.assert(
      fc.property(filters, hosts, (filter, any) => {
        expect(matchesHostFilter(filter, any)).toBe(plainly(filter, any));
      }),
    );
  });

  test('any text is read or told what is wrong', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'os=~!() "\\andortgrp*?é') }), (text) => {
        const answer = parseHostFilter(text);
        if ('problem' in answer) expect(answer.at).toBeLessThanOrEqual(text.length);
        else expect(parseHostFilter(print(answer))).toEqual(answer);
      }),
    );
  });

  test('a glob of many stars costs no more than its length', () => {
    const glob = read(`name~"${'a*'.repeat(900)}b"`);
    const began = performance.now();
    expect(matchesHostFilter(glob, { ...host, name: 'a'.repeat(4000) })).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

const words = fc.string({ unit: fc.constantFrom(...'abAB*?"\\ ()é'), maxLength: 4 });
const enumerated = { state: 'verified', presence: 'away', protocol: 'v1' } as const;
const comparisons: fc.Arbitrary<HostFilter> = fc
  .record({
    kind: fc.constant('is' as const),
    field: fc.constantFrom(...hostFilterFields),
    operator: fc.constantFrom('=' as const, '!=' as const, '~' as const),
    value: words,
  })
  .map((is) => (is.field in enumerated ? { ...is, value: enumerated[is.field as 'state'] } : is));
const { filters } = fc.letrec<{ filters: HostFilter; parts: HostFilter }>((tie) => ({
  filters: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparisons,
    tie('filters').map((part): HostFilter => ({ kind: 'not', part })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('filters'), { minLength: 2, maxLength: 3 }),
      )
      .map(([kind, parts]): HostFilter => ({ kind, parts })),
  ),
  parts: comparisons,
}));
const facts = fc.option(words, { nil: null });
const hosts: fc.Arbitrary<FilterableHost> = fc.record({
  id: fc.nat(9),
  name: words,
  groups: fc.array(words, { maxLength: 2 }),
  state: fc.constantFrom('verified', 'pending'),
  presence: fc.constantFrom('online' as const, 'away' as const, 'never' as const),
  protocol: fc.constantFrom('v1' as const, 'sealed' as const),
  hostname: facts,
  os: facts,
  os_release: facts,
  architecture: facts,
  client_version: facts,
});

/** With brackets around everything that is put together. */
function print(filter: HostFilter): string {
  if (filter.kind === 'not') return `not ${print(filter.part)}`;
  if (filter.kind !== 'is') return `(${filter.parts.map(print).join(` ${filter.kind} `)})`;
  return `${filter.field}${filter.operator}"${filter.value.replace(/["\\]/g, '\\$&')}"`;
}

function plainly(filter: HostFilter, any: FilterableHost): boolean {
  if (filter.kind === 'not') return !plainly(filter.part, any);
  if (filter.kind !== 'is') {
    const [isAll, isTrue] = [filter.kind === 'and', (part: HostFilter) => plainly(part, any)];
    return isAll ? !filter.parts.some((part) => !isTrue(part)) : filter.parts.some(isTrue);
  }
  const { field, operator, value } = filter;
  const flags = field === 'name' || field === 'group' ? 's' : 'is';
  const plain = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = operator === '~' ? plain.replaceAll('\\*', '.*').replaceAll('\\?', '.') : plain;
  const texts = field === 'group' ? any.groups : any[field] === null ? [] : [String(any[field])];
  const isAlike = texts.some((text) => new RegExp(`^${pattern}$`, flags).test(text));
  return operator === '!=' ? !isAlike : isAlike;
}
