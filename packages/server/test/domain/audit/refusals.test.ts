import { expect, test } from 'vitest';
import { createAudit } from '../../../src/domain/audit/audit.ts';
import type { Author } from '../../../src/domain/operators/actor.ts';
import type { Tables } from '../../../src/domain/ports.ts';
import { start } from '../small-fleet.ts';
import { tester } from '../tester.ts';

const stranger: Author = { ...tester, kind: 'nobody', name: 'nobody', address: '10.0.0.1', requestId: 'r1' };
const ada: Author = { ...tester, kind: 'operator', operatorId: 1, name: 'ada' };
const code = 'not_allowed';
const unnarrowed = { by: ada, isNarrowed: false };
const narrowed = { by: ada, isNarrowed: true };

function begin() {
  let now = start;
  // Refusals are gathered without a look at any table.
  const audit = createAudit({} as Tables, () => now);
  return {
    audit,
    pass(ms: number) {
      now += ms;
    },
  };
}

test('each refusal of a known account is noted by itself, at once', () => {
  const { audit } = begin();
  audit.refused({ ...unnarrowed, route: 'hosts_remove', code });
  audit.refused({ ...narrowed, route: 'hosts_show', code: 'not_found' });
  expect(audit.takeRefusals()).toEqual([
    { at: start, by: ada, action: 'request.refuse', subject: 'hosts_remove', after: { code } },
    { at: start, by: ada, action: 'request.refuse', subject: 'hosts_show', after: { code: 'not_found' } },
  ]);
  expect(audit.takeRefusals()).toEqual([]);
});

test('strangers are counted by minute and code, and told when the minute is over', () => {
  const { audit, pass } = begin();
  for (let times = 0; times < 3; times += 1)
    audit.refused({ ...unnarrowed, by: stranger, route: null, code: 'not_signed_in' });
  audit.refused({
    ...unnarrowed,
    by: { ...stranger, address: '10.0.0.2' },
    route: 'session_create',
    code: 'sign_in_failed',
  });
  expect(audit.takeRefusals()).toEqual([]);
  pass(60_000);
  audit.refused({ ...unnarrowed, by: stranger, route: null, code: 'not_signed_in' });
  const by = { ...stranger, address: null, requestId: null };
  const counted = (code: string, times: number) => ({
    at: start,
    by,
    action: 'request.refuse',
    subject: 'within a minute',
    after: { code, times },
  });
  expect(audit.takeRefusals()).toEqual([counted('not_signed_in', 3), counted('sign_in_failed', 1)]);
  expect(audit.takeRefusals(true)).toMatchObject([{ at: start + 60_000, after: { times: 1 } }]);
});

test('an account that asks too often is counted too', () => {
  const { audit } = begin();
  for (let times = 0; times < 100; times += 1) {
    audit.refused({ ...unnarrowed, route: 'hosts_list', code: 'too_many_requests' });
  }
  expect(audit.takeRefusals(true)).toMatchObject([
    { by: { name: 'ada' }, after: { code: 'too_many_requests', times: 100 } },
  ]);
});

test('what says nothing about rights is not noted', () => {
  const { audit } = begin();
  audit.refused({ ...unnarrowed, route: 'jobs_create', code: 'needs_yes' });
  audit.refused({ ...unnarrowed, route: 'jobs_create', code: 'invalid_request' });
  audit.refused({ ...unnarrowed, by: stranger, route: null, code: 'not_found' });
  // Whose rights are not narrowed finds everything that there is.
  audit.refused({ ...unnarrowed, route: 'hosts_show', code: 'not_found' });
  expect(audit.takeRefusals(true)).toEqual([]);
});

test('an account that is refused again and again does not fill the audit: beyond a measure it is counted by the minute', () => {
  const { audit, pass } = begin();
  const vera: Author = { ...ada, operatorId: 2, name: 'vera' };
  for (let times = 0; times < 250; times += 1)
    audit.refused({ ...narrowed, route: 'hosts_show', code: 'not_found' });
  audit.refused({ ...narrowed, by: vera, route: 'hosts_show', code: 'not_found' });
  const notes = audit.takeRefusals(true);
  expect(notes.filter(({ by, subject }) => by === ada && subject === 'hosts_show')).toHaveLength(100);
  expect(notes.filter(({ by }) => by === vera)).toHaveLength(1);
  expect(notes.filter(({ after }) => (after as { times?: number }).times === 150)).toHaveLength(1);
  pass(60_000);
  audit.refused({ ...narrowed, route: 'hosts_show', code: 'not_found' });
  expect(audit.takeRefusals()).toMatchObject([{ subject: 'hosts_show' }]);
});

test('more refusals than can be held are counted, not forgotten', () => {
  const { audit } = begin();
  for (let times = 0; times < 6_000; times += 1) {
    audit.refused({ ...unnarrowed, by: { ...ada, operatorId: times % 60 }, route: 'hosts_list', code });
  }
  const notes = audit.takeRefusals(true);
  expect(notes.filter(({ subject }) => subject === 'hosts_list')).toHaveLength(5_000);
  const counted = notes.map(({ after }) => (after as { times?: number }).times ?? 0);
  expect(counted.reduce((sum, times) => sum + times)).toBe(1_000);
});
