import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { openFleetDoor } from './fleet-door.ts';

const file = `
hosts_groups: [{ name: All hosts }]
settings: [{ name: confirm_above_hosts, value: 0 }, { name: password, secret: true, value: hunter2-hunter2 }]
commands_groups:
  - name: setup
    hosts_group: All hosts
    commands: [{ name: first, command: print(1) }]
`;

describe('the fleet file over the API', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openFleetDoor(database);
      await addHosts(database, ...Array.from({ length: 11 }, () => ({})));
      const apply = (body: object) => door.admin('fleet_apply', { body: { file, ...body } });
      return { ...door, apply };
    };

    test('is shown by a dry run, wants the number of hosts, is applied, and changes nothing the second time', async () => {
      const { apply, tables, noted } = await begin();
      const shown = await apply({ dry_run: true });
      expect(shown.json).toMatchObject({ status: 'planned', will_run_on_hosts: 11, is_dry_run: true });
      expect((await apply({})).json).toMatchObject({ code: 'needs_yes', hosts: 11 });
      expect((await apply({ yes: 10 })).json).toMatchObject({ code: 'needs_yes', hosts: 11 });
      expect(await tables.commands.list()).toEqual([]);
      expect((await apply({ yes: 11 })).json.status).toBe('applied');
      expect((await apply({})).json).toMatchObject({ status: 'unchanged', changes: [] });
      const notes = await noted();
      expect(notes.map(({ action, by }) => `${action} by ${by}`)).toEqual([
        'setting.create by ada',
        'setting.create by ada',
        'commands_group.create by ada',
        'command.create by ada',
      ]);
      expect(JSON.stringify(notes)).not.toContain('hunter2');
    });

    test('that is wrong is refused by all its lines, and changes nothing', async () => {
      const { admin, tables } = await begin();
      const wrong = 'hosts_groups:\n  - {name: a, colour: red}\n  - {name: a, hosts: [nobody]}\n';
      const { status, json } = await admin('fleet_apply', { body: { file: wrong } });
      expect([status, json.code]).toEqual([422, 'unsuitable_file']);
      expect(json.detail.split('\n').map((line: string) => line.slice(0, 7))).toEqual([
        'Line 2:',
        'Line 3:',
        'Line 3:',
      ]);
      expect((await admin('fleet_apply', { body: { file: 'a: [' } })).json.code).toBe('unsuitable_file');
      expect(await tables.hostsGroups.list()).toHaveLength(1);
    });

    test('is exported without secrets, so that it can be applied again', async () => {
      const { admin, apply } = await begin();
      await apply({ yes: 11 });
      const { text } = await admin('fleet_export');
      expect(text).not.toContain('hunter2');
      expect((await admin('fleet_apply', { body: { file: text } })).json.status).toBe('unchanged');
      expect((await admin('fleet_export', { query: { without_hosts: true } })).text).not.toContain('000001');
    });
  });
});
