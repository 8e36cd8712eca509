import { randomBytes, randomUUID } from 'node:crypto';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { signFor } from '@remotes/protocol/crypto/sign';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { describe, expect, test } from 'vitest';
import { refusalOfRun, type Standard } from '../../src/agent/manifest-check.ts';
import { newKey } from '../fake-sealed-server.ts';
import { giveRun, type Ordered } from '../given-run.ts';

const signing = newKey();
const serverId = randomUUID();
const host = sha256Hex('the host');
const nowMs = Date.UTC(2026, 10, 23);
const ordered: Ordered = {
  serverId,
  signing,
  host,
  nowMs,
  program: 'echo 1',
  settings: { greeting: 'hello' },
  variables: { colour: 'blue', shape: null },
  others: [2, 4],
};
const standard: Standard = {
  server: { id: serverId, signingKey: signing.key },
  hostFingerprint: host,
  serverNowMs: nowMs,
  hasBegun: () => false,
};
const refusal = (given: GiveRun, other: Partial<Standard> = {}) =>
  refusalOfRun(given, { ...standard, ...other });
const give = (other: Partial<Ordered> = {}) => giveRun({ ...ordered, ...other });

describe('a run is accepted', () => {
  test.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [2, 4],
    [6, 0],
    [500, 499],
  ] as const)('with %i other hosts before it and %i after', (before, after) => {
    expect(refusal(give({ others: [before, after] }))).toBeUndefined();
  });

  test('in its last millisecond, and in its first', () => {
    const { manifest, ...given } = give();
    expect(refusal({ ...given, manifest }, { serverNowMs: manifest.expires_at_ms - 1 })).toBeUndefined();
    expect(refusal({ ...given, manifest }, { serverNowMs: manifest.not_before_ms })).toBeUndefined();
  });

  test('with members that a newer server has signed along', () => {
    expect(
      refusal(give({ manifest: { newer: ['x'] } as never, leaf: { newer: 1 } as never })),
    ).toBeUndefined();
  });

  test('as a later attempt than the one that has begun', () => {
    const hasBegun = (_: string, attempt: number) => attempt <= 1;
    expect(refusal(give({ attempt: 2 }), { hasBegun })).toBeUndefined();
  });
});

describe('a run is refused', () => {
  test.each<[string, GiveRun]>([
    ['by another key', give({ signing: newKey() })],
    ['not at all', { ...give(), signature: randomBytes(64).toString('base64url') }],
    ...['server', 'job', 'program_sha256', 'root'].map(changedTo('a'.repeat(64))),
    ...['timeout_ms', 'not_before_ms', 'expires_at_ms', 'leaves'].map(changedTo(5_000_000_000_000)),
    ['before the interpreter was changed', changed('interpreter', 'bash')],
    ['before a member was added', { ...give(), manifest: { ...give().manifest, more: true } } as GiveRun],
    ['over what has no canonical form', changed('server', '\ud800')],
  ])('manifest_unsigned: signed %s', (_, given) => {
    expect(refusal(given)).toBe('manifest_unsigned');
  });

  test('manifest_unsigned: signed by the right key for another purpose', () => {
    const given = give();
    const signature = signFor('result', signing.key, canonicalJson(given.manifest));
    expect(refusal({ ...given, signature })).toBe('manifest_unsigned');
  });

  test('manifest_unsigned: with the signature of another manifest', () => {
    expect(refusal({ ...give(), signature: give().signature })).toBe('manifest_unsigned');
  });

  test('manifest_of_other_server: what another server has ordered with the same key', () => {
    expect(refusal(give({ serverId: randomUUID() }))).toBe('manifest_of_other_server');
  });

  test.each([
    ['a forged path', (run: GiveRun) => ({ ...run, proof: run.proof.map(() => noise()) })],
    ['a path that lacks a step', (run: GiveRun) => ({ ...run, proof: run.proof.slice(1) })],
    ['a path with a step too many', (run: GiveRun) => ({ ...run, proof: [...run.proof, noise()] })],
    ['no path', (run: GiveRun) => ({ ...run, proof: [] })],
    ['another place in the tree', (run: GiveRun) => ({ ...run, leaf_index: run.leaf_index + 1 })],
    ['a place beyond the tree', (run: GiveRun) => ({ ...run, leaf_index: run.manifest.leaves })],
    ['a leaf that was changed', (run: GiveRun) => ({ ...run, leaf: { ...run.leaf, attempt: 9 } })],
    ['a leaf without canonical form', (run: GiveRun) => ({ ...run, leaf: { ...run.leaf, host: '\udc00' } })],
  ])('inclusion_unproved: %s', (_, change) => {
    expect(refusal(change(give()))).toBe('inclusion_unproved');
  });

  test.each([
    ['another host', give({ host: sha256Hex('another host') })],
    ['another run', { ...give(), run: randomUUID() }],
    ['another attempt', { ...give(), attempt: 2 }],
  ])('manifest_misaddressed: a manifest for %s', (_, given) => {
    expect(refusal(given)).toBe('manifest_misaddressed');
  });

  test('program_altered: a program that is not the one that was signed', () => {
    expect(refusal({ ...give(), program: 'echo 2' })).toBe('program_altered');
  });

  test.each([
    ['a setting', { settings: { greeting: 'bye' } }],
    ['a setting more', { settings: { greeting: 'hello', more: '' } }],
    ['a variable', { variables: { colour: 'red', shape: null } }],
    ['a variable that had no value', { variables: { colour: 'blue', shape: '' } }],
    ['settings for variables', { settings: { colour: 'blue' }, variables: { greeting: 'hello' } }],
    ['half a character', { settings: { greeting: '\ud800' } }],
  ])('inputs_altered: %s', (_, inputs) => {
    expect(refusal({ ...give(), ...inputs } as GiveRun)).toBe('inputs_altered');
  });

  test('manifest_early, manifest_expired: outside of its time by the server’s clock, whatever this machine’s says', () => {
    const given = give();
    const at = (serverNowMs: number) => refusal(given, { serverNowMs });
    expect(at(given.manifest.not_before_ms - 1)).toBe('manifest_early');
    expect(at(given.manifest.expires_at_ms)).toBe('manifest_expired');
    expect(at(nowMs + 365 * 86_400_000)).toBe('manifest_expired');
  });

  test('manifest_replayed: the journal says that it has begun before', () => {
    const given = give({ attempt: 3 });
    const asked: unknown[] = [];
    const hasBegun = (...what: unknown[]) => asked.push(what) > 0;
    expect(refusal(given, { hasBegun })).toBe('manifest_replayed');
    expect(asked).toEqual([[given.run, 3]]);
  });

  test('with the first code that holds, in the order of PROTOCOL.md', () => {
    const wrong = give({
      serverId: randomUUID(),
      signing: newKey(),
      host: 'another',
      manifest: { expires_at_ms: 1 },
    });
    expect(refusal({ ...wrong, program: 'x', proof: [] })).toBe('manifest_unsigned');
    const signed = give({ serverId: randomUUID(), host: 'another', manifest: { expires_at_ms: 1 } });
    expect(refusal({ ...signed, program: 'x', proof: [] })).toBe('manifest_of_other_server');
    const ours = give({ host: 'another', manifest: { expires_at_ms: 1 } });
    expect(refusal({ ...ours, program: 'x', settings: {}, proof: [] })).toBe('inclusion_unproved');
    expect(refusal({ ...ours, program: 'x', settings: {} })).toBe('manifest_misaddressed');
    const addressed = give({ manifest: { expires_at_ms: 1 } });
    const hasBegun = () => true;
    expect(refusal({ ...addressed, program: 'x', settings: {} }, { hasBegun })).toBe('program_altered');
    expect(refusal({ ...addressed, settings: {} }, { hasBegun })).toBe('inputs_altered');
    expect(refusal(addressed, { hasBegun })).toBe('manifest_expired');
    expect(refusal(give(), { hasBegun })).toBe('manifest_replayed');
  });
});

function changedTo(value: unknown) {
  return (member: string): [string, GiveRun] => [`before ${member} was changed`, changed(member, value)];
}

function changed(member: string, value: unknown): GiveRun {
  const given = give();
  return { ...given, manifest: { ...given.manifest, [member]: value } } as GiveRun;
}

function noise(): string {
  return randomBytes(32).toString('base64url');
}
