import { readServerMessage as readBySchema, serverMessages } from '@remotes/protocol/messages';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readServerMessage } from '../../src/session/read-server-message.ts';

const uuid = '0198c0de-0000-7000-8000-000000000001';
const sha256 = 'ab'.repeat(32);
const bytes32 = 'A'.repeat(43);
const manifest = {
  version: 1,
  server: uuid,
  job: uuid,
  program_sha256: sha256,
  interpreter: 'bash',
  timeout_ms: 1000,
  not_before_ms: 0,
  expires_at_ms: 1,
  leaves: 1,
  root: sha256,
};
const hostStatus = {
  status: 'OK',
  app_name: 'a',
  version: 'v',
  id: 1,
  user_id: 1,
  user_name: 'u',
  hosts_groups: [{ id: 1, name: 'g' }],
};
const good = [
  { type: 'registered', encrypted: 'x' },
  { type: 'verified', encrypted: 'x', state: 'pending' },
  { type: 'enrolled' },
  { type: 'proved', ticket: 'x', expires_at_ms: 1 },
  { type: 'key_rotated' },
  { type: 'renew', instance: 'A'.repeat(22) },
  {
    type: 'welcome',
    capability: 1,
    time_ms: 1,
    claim_limit: 1,
    heartbeat_seconds: 1,
    wants_past: false,
    unknown: [uuid],
    report_limit_bytes: 65_536,
    beside_limit: 8,
    streams: [{ run: uuid, attempt: 1, stdout: 0, stderr: 3 }],
  },
  { type: 'goodbye', code: 'c', sentence: 's' },
  { type: 'call' },
  { type: 'recalled', learnt: 0 },
  { type: 'host', answer: hostStatus },
  { type: 'commands', results: [{ group: 1, command: 2 }] },
  {
    type: 'run',
    time_ms: 1,
    run: uuid,
    attempt: 1,
    wire_number: 1,
    group: 0,
    revision: 0,
    name: 'n',
    program: 'p',
    settings: { a: 'b' },
    variables: { c: null, d: 'e' },
    manifest,
    signature: 'A'.repeat(86),
    leaf: { run: uuid, attempt: 1, host: 'h', inputs_sha256: sha256 },
    leaf_index: 0,
    proof: [bytes32],
  },
  { type: 'claimed', runs: 0, has_more: true, time_ms: 0 },
  { type: 'stored', run: uuid, attempt: 1 },
  { type: 'stop', run: uuid, attempt: 1 },
  { type: 'refusal', of: 'claim', run: uuid, code: 'c', sentence: 's' },
];

/** The same with one member, however deep, taken away or replaced by something else. */
const spoilt = fc.constantFrom(...good).chain((message) =>
  fc.tuple(fc.constantFrom(...pathsIn(message)), replacement).map(([path, value]) => {
    const copy = structuredClone(message) as Record<string, unknown>;
    const holder = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, copy);
    const name = path.at(-1) ?? '';
    if (value === 'absent') delete holder[name];
    else holder[name] = value;
    return copy as { type: string };
  }),
);
const replacement = fc.oneof(
  fc.constant('absent'),
  fc.jsonValue(),
  fc.constantFrom<unknown>(0, -1, 1, 1.5, 65_535, 2 ** 60, '', null, true, [], {}, uuid, sha256, bytes32),
);

describe('what a server says', () => {
  test('has a shape here for each type that the protocol has', () => {
    expect(good.map(({ type }) => type).sort()).toEqual(Object.keys(serverMessages).sort());
    for (const message of good) expect(readServerMessage(message)).toBe(message);
  });

  test('is read as the schemas of the protocol read it, spoilt in any way', () => {
    fc.assert(
      fc.property(spoilt, (message) => {
        if (typeof message.type !== 'string') return;
        const [own, theirs] = [readServerMessage(message), readBySchema(message)];
        expect(typeof own === 'string' ? own : 'good').toBe(typeof theirs === 'string' ? theirs : 'good');
      }),
      { numRuns: 5000 },
    );
  });

  test.each(['toString', '__proto__', 'constructor', 'of_tomorrow'])(
    'of the type "%s" is not known',
    (type) => {
      expect(readServerMessage({ type })).toBe('unknown');
    },
  );
});

function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [
    [name],
    ...pathsIn(member).map((path) => [name, ...path]),
  ]);
}
