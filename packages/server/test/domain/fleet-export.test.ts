import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { createApplier } from './fleet-applying.ts';
import { addHosts } from './silent-hosts.ts';

/** Everything that a file can say, as export says it. */
const whole: FleetFile = {
  hosts_groups: [
    { name: 'All hosts', hosts: ['web1', 'web2'] },
    { name: 'Off', active: false },
  ],
  settings: [
    { name: 'greeting', value: 'Hello', description: 'what to say' },
    { name: 'password', secret: true },
  ],
  variables: [
    { category: 'facts', name: 'hostname', values: { web1: 'one', web2: '' } },
    { category: 'old', name: 'hostname' },
  ],
  commands_groups: [
    {
      name: 'Base',
      hosts_group: 'All hosts',
      order: 1,
      after: '2026-01-01T00:00:00Z',
      before: '2027-01-01T00:00:00.250Z',
      stop_on_failure: true,
      commands: [
        {
          name: 'Facts',
          description: 'who are you',
          order: 1,
          interpreter: 'python',
          timeout: 60,
          output_variables: ['facts/hostname', 'old/hostname'],
          command: '__RESULT__ = ["a", "b"]\n',
        },
        {
          name: 'Say',
          order: 2,
          active: false,
          interpreter: 'bash',
          timeout: 15,
          settings: ['greeting', 'password'],
          variables: ['facts/hostname'],
          attempts: 3,
          command: 'echo hi\n',
        },
      ],
    },
    { name: 'Later', hosts_group: 'Off', order: 2, active: false, commands: [] },
  ],
};
const withSecret = (file: FleetFile): FleetFile => ({
  ...file,
  settings: (file.settings ?? []).map((entry) => (entry.secret ? { ...entry, value: 'hunter2' } : entry)),
});

eachDatabase((open) => {
  describe('export', () => {
    test('says everything that apply was told, but the values of secrets', async () => {
      const database = await open();
      await addHosts(database, { name: 'web1' }, { name: 'web2' });
      const fleet = createApplier(database);
      await fleet.apply(withSecret(whole));
      expect(await fleet.export()).toEqual(whole);
      expect((await fleet.apply(await fleet.export(), { isPruning: true })).status).toBe('unchanged');
    });

    test('applied to an empty server gives the same export', async () => {
      const [from, to] = [await open(), await open()];
      await addHosts(from, { name: 'web1' }, { name: 'web2' });
      await createApplier(from).apply(withSecret(whole));
      const file = await createApplier(from).export({ withoutHosts: true });
      expect(JSON.stringify(file)).not.toContain('web1');
      expect((await createApplier(to).apply(withSecret(file))).status).toBe('applied');
      expect(await createApplier(to).export()).toEqual(file);
    });

    test('names variables in full, so that another one of the name changes nothing', async () => {
      const fleet = createApplier(await open());
      const variables = [{ category: 'a', name: 'x' }];
      const commands = [{ name: 'c', variables: ['x'], command: 'x' }];
      await fleet.apply({
        hosts_groups: [{ name: 'All hosts' }],
        variables,
        commands_groups: [{ name: 'g', hosts_group: 'All hosts', commands }],
      });
      const file = await fleet.export();
      await fleet.apply({ variables: [{ category: 'b', name: 'x' }] });
      expect((await fleet.apply(file)).status).toBe('unchanged');
    });

    test('leaves out values that runs have saved unless it is asked for them, so that no old one comes back', async () => {
      const database = await open();
      const [web1] = await addHosts(database, { name: 'web1' });
      const fleet = createApplier(database);
      await fleet.apply({ variables: [{ category: 'facts', name: 'kernel', values: { web1: '6.1' } }] });
      await database.write(async ({ variables }) => {
        const [kernel] = await variables.list();
        const place = { variableId: kernel!.id, hostId: web1!.id };
        await variables.setValue({ ...place, value: '6.2', setAt: 1, setBy: 'run 0190-…' });
      });
      expect((await fleet.export()).variables).toEqual([{ category: 'facts', name: 'kernel' }]);
      expect((await fleet.export({ withSavedValues: true })).variables).toEqual([
        { category: 'facts', name: 'kernel', values: { web1: '6.2' } },
      ]);
    });

    test('of an empty server names every section', async () => {
      expect(await createApplier(await open()).export()).toEqual({
        hosts_groups: [],
        settings: [],
        variables: [],
        commands_groups: [],
      });
    });
  });
});
