import { describe, expect, test } from 'vitest';
import { nearMiss } from '../../src/domain/fleet-near-miss.ts';

const known = ['hosts_groups', 'settings', 'timeout', 'active', 'name'];

describe('nearMiss', () => {
  test.each([
    ['setings', 'settings'],
    ['tiemout', 'timeout'],
    ['hostsGroups', 'hosts_groups'],
    ['Hosts-Groups', 'hosts_groups'],
    ['nme', 'name'],
  ])('takes "%s" for "%s"', (name, meant) => {
    expect(nearMiss(name, known)).toBe(`; did you mean "${meant}"?`);
  });

  test.each(['order', 'x', '', 'interpreter'])('takes "%s" for nothing that it knows', (name) => {
    expect(nearMiss(name, known)).toBe('');
  });
});
