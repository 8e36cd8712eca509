import { describe, expect, test } from 'vitest';
import { joinHostsGroup, leaveHostsGroup } from '../../../src/domain/hosts-group-membership.ts';
import { sealSetting } from '../../../src/domain/secret-setting.ts';
import { eachDatabase } from '../../databases.ts';
import { createSealedMachine } from '../sealed-machine.ts';
import { addHosts } from '../silent-hosts.ts';
import { createFleet, createMachine } from '../small-fleet.ts';
import { ask, dispatch } from './dispatching.ts';

describe('an ad-hoc job', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const { storage } = database;
      const refused = async (differing?: Parameters<typeof ask>[0]) =>
        storage.decide('dispatchJob', ask(differing));
      return { database, fleet, storage, tables: storage.tables, refused };
    };

    test('reaches a host of v1 and a sealed one, and is settled by what they report', async () => {
      const { fleet, storage, tables } = await begin();
      const token = await fleet.addToken({}, ['All hosts']);
      const old = createMachine(fleet);
      await old.enrol(token);
      const sealed = await createSealedMachine(fleet);
      await fleet.administer(async (all) => joinHostsGroup(all, 1, sealed.hostId));
      await sealed.hello();
      const standing = await fleet.define();
      const job = await dispatch(storage, { name: 'greet' });
      expect(job).toMatchObject({ name: 'greet', state: 'open', targets: 2, by: { name: 'anna' } });
      fleet.pass(1_000);

      expect(await old.list()).toEqual([job.wireNumber, standing]);
      const given = await old.get(job.wireNumber);
      if ('refused' in given) throw new Error(given.sentence);
      expect(old.read(given)).toMatchObject({ name: 'greet', variables: {} });
      expect(old.read(given).program).toContain('echo hello');
      await old.post(job.wireNumber, 'hello\n', '[]');

      const { runs } = await sealed.claim();
      expect(runs.map(({ wire_number, group, program }) => [wire_number, group, program])).toEqual([
        [job.wireNumber, 0, 'echo hello'],
        [standing, 1, 'print(1)'],
      ]);
      expect(await sealed.finish(runs[0]!, { stdout: 'hello\n' })).toBe('stored');

      expect(await tables.jobRuns.counts(job.wireNumber, null)).toMatchObject({ succeeded: 2, queued: 0 });
      await storage.decide('endJobs', { now: fleet.mind.clock() });
      expect(await tables.jobs.byId(job.id)).toMatchObject({
        state: 'ended',
        endedAt: fleet.mind.clock(),
        counts: { succeeded: 2 },
      });
      expect((await fleet.mind.definitions.current()).work.has(job.wireNumber)).toBe(false);
      expect(await old.list()).toEqual([standing]);
    });

    test('goes to no host that came later, and to none twice', async () => {
      const { database, fleet, storage } = await begin();
      await addHosts(database, {});
      const job = await dispatch(storage);
      const late = createMachine(fleet);
      await late.enrol(await fleet.addToken({}, ['All hosts']));
      expect(await late.list()).toEqual([]);
      expect(await late.get(job.wireNumber)).toMatchObject({ refused: 'not_found' });
    });

    test('stays with the hosts and inputs that it was made for', async () => {
      const { fleet, storage } = await begin();
      const sealed = await createSealedMachine(fleet);
      const colour = await fleet.administer(async (all) => {
        const group = await all.hostsGroups.add('Web', true);
        await joinHostsGroup(all, group.id, sealed.hostId);
        await all.settings.put({
          name: 'region',
          value: 'north',
          description: '',
          isSecret: false,
          isActive: true,
        });
        await all.settings.put({
          name: 'password',
          value: sealSetting(fleet.mind.masterKey, 'password', 'before-12345'),
          description: '',
          isSecret: true,
          isActive: true,
        });
        const { id } = await all.variables.add('site', 'colour');
        const value = { variableId: id, hostId: sealed.hostId, setAt: 0, setBy: 'test' };
        await all.variables.setValue({ ...value, value: 'red' });
        return id;
      });
      const job = await dispatch(storage, {
        targets: { hosts_groups: ['Web'] },
        program: {
          settings: ['region', 'password'],
          variables: [
            { name: 'colour', variableId: colour },
            { name: 'greeting', text: 'hello' },
          ],
          outputVariables: [colour],
        },
      });
      await fleet.administer(async (all) => {
        const [group] = (await all.hostsGroups.list()).filter(({ name }) => name === 'Web');
        await leaveHostsGroup(all, group!.id, sealed.hostId);
        const settings = await all.settings.list();
        for (const setting of settings) await all.settings.remove(setting.name);
        const value = { variableId: colour, hostId: sealed.hostId, setAt: 1, setBy: 'test' };
        await all.variables.setValue({ ...value, value: 'blue' });
      });
      await sealed.hello();
      const run = await sealed.claimOne();
      expect(run).toMatchObject({
        wire_number: job.wireNumber,
        settings: { region: 'north', password: 'before-12345' },
        variables: { colour: 'red', greeting: 'hello' },
      });
      const stored = await storage.tables.runs.byId(run.run);
      expect(JSON.parse(stored!.inputs)).toEqual({
        settings: { region: 'north', password: { secret: true } },
        variables: { colour: 'red', greeting: 'hello' },
      });
      await sealed.finish(run, { stdout: 'it is before-12345', result: '["green"]' });
      const [output] = await storage.tables.outputs.chunks(stored!.number);
      expect(Buffer.from(output!.bytes).toString()).toBe('it is ********');
      const values = await storage.tables.variables.valuesOf([colour]);
      expect(values.map(({ value }) => value)).toEqual(['green']);
    });

    test('is in PowerShell where the host says that it runs Windows, if it may choose', async () => {
      const { database, storage, tables } = await begin();
      const facts = JSON.stringify({ os: 'Windows_NT' });
      const [windows, linux, old] = await addHosts(
        database,
        { channelKey: 'key', facts },
        { channelKey: 'key', facts: JSON.stringify({ os: 'Linux' }) },
        { facts },
      );
      const job = await dispatch(storage, { program: { interpreter: 'auto' } });
      const interpreterOf = async (host: typeof windows) =>
        (await tables.runs.ofHost(host!.id, job.wireNumber))?.interpreter;
      expect(await interpreterOf(windows)).toBe('powershell');
      expect(await interpreterOf(linux)).toBe('sh');
      expect(await interpreterOf(old)).toBe('sh');
    });

    test('is refused where a host cannot be given it, unless such hosts may be left out', async () => {
      const { database, storage, tables, refused } = await begin();
      await addHosts(
        database,
        { name: 'sealed', channelKey: 'key' },
        { name: 'old' },
        { name: 'off', channelKey: 'key', state: 'disabled' },
      );
      const program = { interpreter: 'node' } as const;
      expect(await refused({ program })).toMatchObject({
        problem: 'unsuitable_state',
        sentence: expect.stringContaining(`"old" (it speaks v1, and node needs Remotes' own protocol)`),
      });
      expect(await refused({ targets: { hosts: ['sealed', 'off'] } })).toMatchObject({
        sentence: expect.stringContaining('"off" (it is disabled)'),
      });
      const job = await dispatch(storage, { program, skipUnsuitable: true });
      expect(job.targets).toBe(1);
      expect(await tables.jobRuns.hostIds(job.wireNumber, ['queued'], null)).toHaveLength(1);
      expect(await refused({ targets: { hosts: ['off'] }, skipUnsuitable: true })).toMatchObject({
        problem: 'unsuitable_value',
        sentence: '"off" (it is disabled) cannot be given it: nothing would run.',
      });
    });

    test.each([
      [{ hosts: ['nobody'] }, 'unknown_host'],
      [{ hosts_groups: ['All hosts', 'Nothing'] }, 'unknown_hosts_group'],
      [{ where: 'colour=red' }, 'invalid_filter'],
      [{}, 'invalid_request'],
    ])('is refused for hosts that are not told: %o', async (targets, code) => {
      const { database, refused } = await begin();
      await addHosts(database, {});
      const answer = await refused({ targets });
      expect([code]).toContain(
        'problem' in answer ? answer.problem : 'declined' in answer && answer.declined,
      );
    });

    test('wants the number of hosts agreed to above the setting', async () => {
      const { database, storage, refused } = await begin();
      await addHosts(database, ...Array.from({ length: 11 }, () => ({})));
      expect(await refused()).toMatchObject({ declined: 'needs_yes', hosts: 11 });
      expect(await refused({ agreedHosts: 10 })).toMatchObject({ declined: 'needs_yes', hosts: 11 });
      expect((await dispatch(storage, { agreedHosts: 11 })).targets).toBe(11);
      expect((await dispatch(storage, { targets: { where: 'id~"?"' } })).targets).toBe(9);
    });

    test('with a secret is for no host that says the right thing of itself', async () => {
      const { database, fleet, refused } = await begin();
      await addHosts(database, { facts: JSON.stringify({ os: 'Linux' }) });
      await fleet.administer((all) =>
        all.settings.put({
          name: 'password',
          value: sealSetting(fleet.mind.masterKey, 'password', 'a-secret-value'),
          description: '',
          isSecret: true,
          isActive: true,
        }),
      );
      const program = { settings: ['password'] };
      expect(await refused({ program, targets: { where: 'os=linux' } })).toMatchObject({
        problem: 'unsuitable_value',
        sentence: expect.stringContaining('"password"'),
      });
      expect(await refused({ program, targets: { where: 'os=linux or group="All hosts"' } })).toHaveProperty(
        'problem',
      );
      expect(await refused({ program, targets: { where: 'os=linux and group="All hosts"' } })).toHaveProperty(
        'id',
      );
      expect(
        await refused({ program, targets: { hosts_groups: ['All hosts'], where: 'os=linux' } }),
      ).toHaveProperty('id');
    });

    test('runs nowhere for a filter that names a host or a group which is not there, also to leave it out', async () => {
      const { database, tables, refused } = await begin();
      await addHosts(database, { name: 'web1' }, { name: 'web2' });
      for (const [where, declined, sentence] of [
        ['group!=Nope', 'unknown_hosts_group', 'There is no hosts group "Nope", which the filter names.'],
        ['os=linux or not (group=nope)', 'unknown_hosts_group', 'There is no hosts group "nope"'],
        ['name!=wbe1', 'unknown_host', 'There is no host "wbe1", which the filter names.'],
        ['name~"web*" and not name=2', 'unknown_host', 'There is no host "2"'],
      ] as const) {
        const refusal = await refused({ targets: { where } });
        expect(refusal, where).toMatchObject({ declined, sentence: expect.stringContaining(sentence) });
      }
      const made = await refused({ targets: { where: 'group="All hosts" and name!=web1' } });
      if (!('id' in made)) throw new Error('It was refused.');
      const job = await tables.jobs.byId(made.id);
      const hosts = await tables.jobRuns.hostIds(job!.wireNumber, ['queued'], null);
      expect(hosts).toEqual([(await tables.hosts.byName('web2'))!.id]);
    });

    test('knows nothing outside the groups of whoever asks', async () => {
      const { database, fleet, tables, refused } = await begin();
      const [inside, outside] = await addHosts(
        database,
        { groups: ['Mine', 'Shared'] },
        { groups: ['Theirs', 'Shared'] },
      );
      const scope = [(await tables.hostsGroups.byName('Mine'))!.id];
      expect(await refused({ scope, targets: { hosts: [outside!.name] } })).toMatchObject({
        declined: 'unknown_host',
      });
      expect(await refused({ scope, targets: { hosts_groups: ['Theirs'] } })).toMatchObject({
        declined: 'unknown_hosts_group',
      });
      const made = await refused({ scope, targets: { where: 'name~"*"' } });
      if (!('id' in made)) throw new Error('It was refused.');
      const job = await tables.jobs.byId(made.id);
      expect(await tables.jobRuns.hostIds(job!.wireNumber, ['queued'], null)).toEqual([inside!.id]);
      // That a host is in another group too is nothing to learn either.
      expect(await refused({ scope, targets: { where: 'group=Shared' } })).toMatchObject({
        declined: 'unknown_hosts_group',
      });
      expect(await refused({ scope, targets: { where: `name!=${outside!.name}` } })).toMatchObject({
        declined: 'unknown_host',
      });

      const command = await fleet.define();
      expect(await refused({ scope, order: { kind: 'command', commandId: command } })).toMatchObject({
        problem: 'not_found',
      });
    });

    test('of a saved command takes its revision, and another name and time-out where they are said', async () => {
      const { database, fleet, storage } = await begin();
      await addHosts(database, {});
      const commandId = await fleet.define({ name: 'uptime', program: 'print(7)', timeoutSeconds: 9 });
      const order = { kind: 'command', commandId } as const;
      expect(await dispatch(storage, { order })).toMatchObject({
        name: 'uptime',
        ofCommandId: commandId,
        revision: 1,
        interpreter: 'python',
        program: 'print(7)',
        timeoutSeconds: 9,
      });
      expect(await dispatch(storage, { order, name: 'once more', timeoutSeconds: 3 })).toMatchObject({
        name: 'once more',
        timeoutSeconds: 3,
      });
    });
  });
});
