import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currentDefinitions } from '../../src/domain/definitions.ts';
import { decideFleet } from '../../src/domain/fleet-apply.ts';
import { previewFleet } from '../../src/domain/fleet-preview.ts';
import { runsOnV1 } from '../../src/domain/offer.ts';
import type { Host, Tables } from '../../src/domain/ports.ts';
import { willRun } from '../../src/domain/run-guard.ts';
import { databaseKinds, openDatabase } from '../databases.ts';
import { type Applier, createApplier } from './fleet-applying.ts';
import { addHosts } from './silent-hosts.ts';
import { tester } from './tester.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
const some = <Value>(values: readonly Value[]) => fc.subarray([...values]);
const keyed = <Entry>(key: (entry: Entry) => string) => ({ selector: key, maxLength: 3 });
/** Leaves out what is undefined, as a file does. */
const entry = <Model extends object>(model: { [key in keyof Model]: fc.Arbitrary<Model[key]> }) =>
  fc.record(model).map((made) => JSON.parse(JSON.stringify(made)));

const hostNames = ['h1', 'h2', 'h3', 'h4'];
const groupNames = ['G1', 'G2', 'G3'];
const hostsGroup = entry({
  name: fc.constantFrom(...groupNames),
  was: maybe(fc.constantFrom(...groupNames)),
  active: maybe(fc.boolean()),
  hosts: maybe(some(hostNames)),
}).map(({ hosts, ...rest }) =>
  hosts && hosts.length % 2 === 0 ? { ...rest, hosts_exact: hosts } : { ...rest, ...(hosts && { hosts }) },
);
const setting = entry({
  name: fc.constantFrom('s1', 's2', 'S-1'),
  value: maybe(fc.constantFrom('', 'x', 'y')),
  secret: maybe(fc.boolean()),
});
const variable = entry({
  category: fc.constantFrom('a', 'b'),
  name: fc.constantFrom('x', 'y'),
  values: maybe(fc.dictionary(fc.constantFrom(...hostNames), fc.constantFrom('1', '2'))),
});
const command = entry({
  name: fc.constantFrom('one', 'two', 'three'),
  was: maybe(fc.constantFrom('one', 'two', 'three', 'C1/one', 'C2/two')),
  order: maybe(fc.nat(3)),
  active: maybe(fc.boolean()),
  interpreter: maybe(fc.constantFrom('python', 'bash', 'node')),
  timeout: maybe(fc.constantFrom(5, 10)),
  settings: maybe(some(['s1', 's2'])),
  variables: maybe(some(['a/x', 'y'])),
  output_variables: maybe(some(['b/x', 'a/y'])),
  command: fc.constantFrom('print(1)', 'print(2)'),
});
const commandsGroup = entry({
  name: fc.constantFrom('C1', 'C2'),
  was: maybe(fc.constantFrom('C1', 'C2')),
  hosts_group: fc.constantFrom(...groupNames),
  after: maybe(fc.constantFrom(null, '2027-01-01T00:00:00Z')),
  before: maybe(fc.constantFrom(null, '2025-01-01T00:00:00Z', '2028-01-01T00:00:00Z')),
  active: maybe(fc.boolean()),
  stop_on_failure: maybe(fc.boolean()),
  commands: maybe(
    fc.uniqueArray(
      command,
      keyed(({ name }) => name),
    ),
  ),
});
/** Often right, often wrong: what it names may or may not be there. */
const file: fc.Arbitrary<FleetFile> = entry({
  hosts_groups: maybe(
    fc.uniqueArray(
      hostsGroup,
      keyed(({ name }) => name),
    ),
  ),
  settings: maybe(
    fc.uniqueArray(
      setting,
      keyed(({ name }) => name),
    ),
  ),
  variables: maybe(
    fc.uniqueArray(
      variable,
      keyed(({ category, name }) => `${category}/${name}`),
    ),
  ),
  commands_groups: maybe(
    fc.uniqueArray(
      commandsGroup,
      keyed(({ name }) => name),
    ),
  ),
});
type RandomRun = { host: number; command: number; hasFailed: boolean };
type Step = { file: FleetFile; isPruning: boolean; runs: RandomRun[] };
const step: fc.Arbitrary<Step> = fc.record({
  file,
  isPruning: fc.boolean(),
  runs: fc.array(fc.record({ host: fc.nat(3), command: fc.nat(5), hasFailed: fc.boolean() }), {
    maxLength: 3,
  }),
});

/** A fleet on which commands can run, so that few files stand alone. */
const beginning: FleetFile = {
  hosts_groups: groupNames.map((name, index) => ({ name, hosts: hostNames.slice(index, index + 2) })),
  settings: ['s1', 's2'].map((name) => ({ name, value: 'x' })),
  variables: ['a', 'b'].flatMap((category) => ['x', 'y'].map((name) => ({ category, name }))),
  commands_groups: [
    {
      name: 'C1',
      hosts_group: 'G1',
      stop_on_failure: true,
      commands: ['one', 'two'].map((name) => ({ name, command: 'print(1)' })),
    },
  ],
};

const nothing: FleetFile = { hosts_groups: [], settings: [], variables: [], commands_groups: [] };

/** In no group yet; the last one is not verified. */
function hostOf(name: string, index: number) {
  return { name, groups: [], ...(index === hostNames.length - 1 && { state: 'disabled' as const }) };
}

describe.each(databaseKinds)('random files on %s', (kind) => {
  const numRuns = kind === 'sqlite' ? 40 : 4;

  test('are applied whole or not at all, change nothing the second time, and tell on how many hosts they run', async () => {
    const database = await openDatabase(kind);
    const seen = { applied: 0, wrong: 0, unchanged: 0 };
    try {
      const hosts = await addHosts(database, ...hostNames.map(hostOf));
      const fleet = createApplier(database);
      const { tables } = database.storage;
      const takeStep = async ({ file: wanted, isPruning, runs }: Step) => {
        await makeRuns(fleet, tables, hosts, runs);
        const before = await fleet.everything();
        const dueBefore = await duePairs(tables, hosts);
        const { status, preview } = await fleet.apply(wanted, { isPruning });
        expect(status).toBeOneOf(['applied', 'wrong', 'unchanged']);
        seen[status as keyof typeof seen] += 1;
        if (status !== 'applied') {
          expect(await fleet.everything()).toEqual(before);
          return;
        }
        const after = await fleet.everything();
        expect(after.epoch).toBe(before.epoch + 1);
        expect((await fleet.apply(wanted, { isPruning })).status).toBe('unchanged');
        const exported = await fleet.export({ withSavedValues: true });
        expect((await fleet.apply(exported, { isPruning: true })).status).toBe('unchanged');
        expect(await fleet.everything()).toEqual(after);

        const dueAfter = await duePairs(tables, hosts);
        const newlyDue = [...dueAfter].filter((pair) => !dueBefore.has(pair));
        expect(preview.willRunOn).toBe(new Set(newlyDue.map((pair) => pair.split(' ')[0])).size);
        await expectPendingToFit(tables, hosts);
      };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
          await fleet.apply(nothing, { isPruning: true });
          await fleet.apply(beginning);
          for (const each of steps) await takeStep(each);
        }),
        { numRuns },
      );
    } finally {
      await database.remove();
    }
    // Otherwise the files were not worth applying; a handful of runs may be unlucky.
    if (kind === 'sqlite') expect(Math.min(seen.applied, seen.wrong)).toBeGreaterThan(5);
  }, 120_000);

  test('that fail at any statement leave nothing behind', async () => {
    const database = await openDatabase(kind);
    try {
      await addHosts(database, ...hostNames.map(hostOf));
      const fleet = createApplier(database);
      const before = await fleet.everything();
      const request = {
        file: beginning,
        sealedValues: {},
        isPruning: false,
        agreedHosts: null,
        now,
        by: tester,
      };
      const { preview } = await previewFleet(database.storage.tables, request);
      const jobIds = ['0190a000-0000-7000-8000-000000000001', '0190a000-0000-7000-8000-000000000002'];
      const decide = (failAt: number) =>
        database.write((tables) => {
          const failing = failingAt(tables, failAt);
          return decideFleet(failing, { ...request, fingerprint: preview.fingerprint, jobIds });
        });
      let failures = 0;
      while (await decide(failures).then(() => false, isOurs)) {
        expect(await fleet.everything()).toEqual(before);
        failures += 1;
      }
      expect(failures).toBeGreaterThan(20);
      expect((await fleet.apply(beginning)).status).toBe('unchanged');
    } finally {
      await database.remove();
    }
  }, 120_000);
});

async function makeRuns(fleet: Applier, tables: Tables, hosts: readonly Host[], runs: readonly RandomRun[]) {
  for (const { host: index, command: place, hasFailed } of runs) {
    const host = hosts[index]!;
    const pending = await tables.pending.ofHost(host.id);
    const wireNumber = pending[place % Math.max(1, pending.length)];
    if (wireNumber !== undefined) await fleet.run(host, wireNumber, hasFailed ? 'failed' : 'succeeded');
  }
}

/** Which verified host has which command before it that will run, now or later. */
async function duePairs(tables: Tables, hosts: readonly Host[]): Promise<Set<string>> {
  const { commands } = await currentDefinitions(tables);
  const pairs = new Set<string>();
  for (const { id, state } of hosts) {
    if (state !== 'verified') continue;
    const holds = await tables.runs.holdsOfHost(id);
    for (const wireNumber of await tables.pending.ofHost(id)) {
      const definition = commands.get(wireNumber);
      if (!definition || !willRun(definition, now) || !runsOnV1(definition.interpreter)) continue;
      const isHeld = holds.some(({ commandsGroupId }) => commandsGroupId === definition.commandsGroupId);
      if (!definition.stopOnFailure || !isHeld) pairs.add(`${id} ${wireNumber}`);
    }
  }
  return pairs;
}

/** Pending is exactly what members of a group have no run of. */
async function expectPendingToFit(tables: Tables, hosts: readonly Host[]) {
  const { commands } = await currentDefinitions(tables);
  const memberships = await tables.hostsGroups.memberships();
  for (const { id } of hosts) {
    const groups = new Set(
      memberships.filter(({ hostId }) => hostId === id).map(({ hostsGroupId }) => hostsGroupId),
    );
    const wanted = [];
    for (const definition of commands.values()) {
      if (!groups.has(definition.hostsGroupId)) continue;
      if (!(await tables.runs.ofHost(id, definition.id))) wanted.push(definition.id);
    }
    expect(await tables.pending.ofHost(id)).toEqual(wanted.sort((one, other) => one - other));
  }
}

const ourTrouble = 'the statement that was to fail';
const isOurs = (trouble: Error) => {
  if (trouble.message !== ourTrouble) throw trouble;
  return true;
};

/** The same tables, of which the nth write fails. */
function failingAt(tables: Tables, nth: number): Tables {
  let left = nth;
  const isWrite = /^(add|change|put|set|join|remove|resetForCommand|revise|bumpEpoch)/;
  const guarded = Object.entries(tables).map(([name, table]) => [
    name,
    Object.fromEntries(
      Object.entries(table as Record<string, (...args: unknown[]) => unknown>).map(([method, run]) => [
        method,
        (...args: unknown[]) => {
          if (!isWrite.test(method)) return run(...args);
          left -= 1;
          if (left < 0) throw new Error(ourTrouble);
          return run(...args);
        },
      ]),
    ),
  ]);
  return Object.fromEntries(guarded);
}
