import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { openFleetDoor } from './fleet-door.ts';

describe('commands over the API', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openFleetDoor(database);
      const hosts = await addHosts(database, { groups: ['All hosts'] }, { groups: ['All hosts', 'web'] });
      const [all, web] = await door.tables.hostsGroups.list();
      if (!all || !web) throw new Error('The groups are not there.');
      const { admin } = door;
      const addGroup = async (name: string, hostsGroup: number, more: object = {}): Promise<number> =>
        (await admin('commands_groups_create', { body: { name, hosts_group: hostsGroup, ...more } })).json
          .commands_group.id;
      const addCommand = (group: number, name: string, more: object = {}) =>
        admin('commands_create', { body: { commands_group: group, name, program: 'print(1)', ...more } });
      return { database, ...door, hosts, all, web, addGroup, addCommand };
    };

    test('a command that is made is due for the hosts of its group at once, and they are counted', async () => {
      const { tables, all, addGroup, addCommand, hosts, noted } = await begin();
      const group = await addGroup('setup', all.id);
      const shown = await addCommand(group, 'first', { dry_run: true });
      expect(shown.json).toMatchObject({ command: null, will_run_on_hosts: 2, is_dry_run: true });
      expect(await tables.commands.list()).toEqual([]);
      const made = await addCommand(group, 'first', { interpreter: 'sh', timeout_seconds: 5 });
      expect(made.json).toMatchObject({
        will_run_on_hosts: 2,
        changes: [{ action: 'add', kind: 'command', name: 'setup/first' }],
        command: { name: 'first', interpreter: 'sh', timeout_seconds: 5, attempts: 1, revision: 1, order: 1 },
      });
      expect(await tables.pending.ofHost(hosts[0]!.id)).toEqual([made.json.command.id]);
      expect((await noted()).map(({ action, by }) => [action, by])).toEqual([
        ['commands_group.create', 'ada'],
        ['command.create', 'ada'],
      ]);
    });

    test('what makes commands run on many hosts wants the number, whichever edit it is', async () => {
      const { admin, fleet, all, web, addGroup, addCommand } = await begin();
      await fleet.administer((tables) =>
        tables.settings.put({
          name: 'confirm_above_hosts',
          value: '0',
          description: '',
          isSecret: false,
          isActive: true,
        }),
      );
      const group = await addGroup('setup', all.id, { is_active: false });
      const { json } = await addCommand(group, 'first');
      expect(json.will_run_on_hosts).toBe(0);
      const switchOn = (more: object) =>
        admin('commands_groups_change', { params: { id: group }, body: { is_active: true, ...more } });
      expect((await switchOn({})).json).toMatchObject({ code: 'needs_yes', hosts: 2 });
      expect((await switchOn({ dry_run: true })).json).toMatchObject({
        will_run_on_hosts: 2,
        commands_group: { is_active: false },
      });
      expect((await switchOn({ yes: 2, hosts_group: web.id })).json).toMatchObject({
        code: 'needs_yes',
        hosts: 1,
      });
      expect((await switchOn({ yes: 2 })).json.commands_group.is_active).toBe(true);
      expect((await addCommand(group, 'second')).json).toMatchObject({ code: 'needs_yes', hosts: 2 });
    });

    test('an edit changes what it says and nothing else, and is a revision where it changes what is run', async () => {
      const { admin, as, all, addGroup, addCommand } = await begin();
      const group = await addGroup('setup', all.id);
      const made = await addCommand(group, 'first', { interpreter: 'sh', timeout_seconds: 5, attempts: 3 });
      const { id } = made.json.command;
      const olga = await as('olga', 'operator');
      const edit = (body: object, ifMatch?: string) =>
        olga('commands_change', { params: { id }, body, ...(ifMatch && { ifMatch }) });
      const described = await edit({ description: 'hello' }, made.version);
      expect(described.json.command).toMatchObject({ revision: 1, interpreter: 'sh', description: 'hello' });
      const revised = await edit({ program: 'print(1)\nprint(2)', timeout_seconds: 9 });
      expect(revised.json.command).toMatchObject({
        revision: 2,
        interpreter: 'sh',
        timeout_seconds: 9,
        attempts: 3,
        description: 'hello',
      });
      expect((await edit({ name: 'other' }, made.version)).json.code).toBe('version_changed');
      expect((await edit({ name: 'other' })).json.command).toMatchObject({ id, name: 'other', revision: 2 });
      const history = await admin('commands_revisions', { params: { id } });
      expect(history.json.items).toMatchObject([
        { revision: 2, by: 'operator olga', timeout_seconds: 9 },
        { revision: 1, by: 'operator ada', timeout_seconds: 5 },
      ]);
      const page = await admin('commands_revisions', { params: { id }, query: { limit: 1 } });
      const rest = await admin('commands_revisions', { params: { id }, query: { cursor: page.json.next } });
      expect(rest.json.items).toMatchObject([{ revision: 1 }]);
      const former = await admin('commands_revision', { params: { id, revision: 1 } });
      expect(former.json.program).toBe('print(1)');
      const { json } = await admin('commands_diff', { params: { id } });
      expect(json).toMatchObject({ from: 1, to: 2, details: ['timeout_seconds: 5 → 9'] });
      expect(json.program).toContain('+print(2)');
      expect((await admin('commands_revision', { params: { id, revision: 3 } })).status).toBe(404);
    });

    test('a command that is moved or renamed stays the same one, and does not run again', async () => {
      const { admin, tables, database, all, web, addGroup, addCommand, hosts } = await begin();
      const [one, other] = [await addGroup('one', all.id), await addGroup('two/three', web.id)];
      const { id } = (await addCommand(one, 'first')).json.command;
      await database.write((within) => within.pending.remove(hosts[0]!.id, id));
      await addCommand(other, 'first');
      const move = (body: object) =>
        admin('commands_change', { params: { id }, body: { commands_group: other, ...body } });
      expect((await move({})).json.code).toBe('name_taken');
      const moved = await move({ name: 'moved' });
      expect(moved.json.command).toMatchObject({
        id,
        name: 'moved',
        order: 2,
        commands_group: { id: other },
      });
      const back = { commands_group: one, name: 'first' };
      expect((await admin('commands_change', { params: { id }, body: back })).json.command.id).toBe(id);
      expect((await tables.commands.list()).map((command) => command.id)).toHaveLength(2);
    });

    test('a command that cannot be is refused, and the sentence says why', async () => {
      const { all, addGroup, addCommand } = await begin();
      const group = await addGroup('setup', all.id);
      for (const [body, code, text] of [
        [{ settings: ['nothing'] }, 'unsuitable_value', 'There is no setting "nothing"'],
        [{ variables: ['nothing'] }, 'unsuitable_value', 'There is no variable "nothing"'],
        [{ name: ' x' }, 'invalid_request', '"name"'],
        [{ order: -1 }, 'invalid_request', '"order"'],
        [{ program: '' }, 'invalid_request', '"program"'],
        [{ timeout_seconds: 0 }, 'invalid_request', '"timeout_seconds"'],
        [{ commands_group: 99 }, 'not_found', 'commands group 99'],
      ] as const) {
        const { json } = await addCommand(group, 'first', body);
        expect(json.code, text).toBe(code);
        expect(json.detail).toContain(text);
      }
    });

    test('a group has a window that is open at some time, a name of its own, and goes with its commands', async () => {
      const { admin, tables, all, addGroup, addCommand } = await begin();
      const group = await addGroup('setup', all.id, { after_at: '2026-01-02T00:00:00Z' });
      await addCommand(group, 'first');
      const change = (body: object) => admin('commands_groups_change', { params: { id: group }, body });
      expect((await change({ before_at: '2026-01-01T00:00:00Z' })).json.code).toBe('unsuitable_value');
      expect((await change({ before_at: '2026-02-30T00:00:00Z' })).status).toBeGreaterThanOrEqual(400);
      const open = await change({ before_at: '2026-02-01T00:00:00+01:00', after_at: null, name: 'Set-up' });
      expect(open.json.commands_group).toMatchObject({
        name: 'Set-up',
        after_at: null,
        before_at: '2026-01-31T23:00:00.000Z',
        commands: 1,
      });
      await addGroup('other', all.id);
      expect((await change({ name: 'other' })).json.code).toBe('name_taken');
      const listed = await admin('commands_groups_list');
      expect(listed.json.items.map(({ order }: { order: number }) => order)).toEqual([1, 2]);
      const gone = await admin('commands_groups_remove', { params: { id: group } });
      expect(
        gone.json.changes.map(({ action, kind }: { action: string; kind: string }) => [action, kind]),
      ).toEqual([
        ['remove', 'commands_group'],
        ['remove', 'command'],
      ]);
      expect(await tables.commands.list()).toEqual([]);
    });

    test('a narrowed operator hands over only settings that his commands have, and saves to nothing that others read', async () => {
      const { admin, fleet, as, all, web, hosts, addGroup, addCommand } = await begin();
      for (const name of ['known', 'strange']) {
        await admin('settings_set', {
          params: { name },
          body: { value: 'v', is_secret: name === 'strange' },
        });
      }
      const variables = await Promise.all(
        ['theirs', 'ours'].map((name) => admin('variables_create', { body: { category: 'c', name } })),
      );
      expect(variables.map(({ status }) => status)).toEqual([201, 201]);
      for (const { json } of variables) {
        const params = { id: hosts[1]!.id, variable: json.id };
        expect((await admin('values_set', { params, body: { value: 'v' } })).status).toBe(200);
      }
      const [theirs, ours] = [await addGroup('theirs', all.id), await addGroup('ours', web.id)];
      await addCommand(theirs, 'a', { settings: ['strange'], variables: ['c/theirs'] });
      const { id } = (await addCommand(ours, 'b', { settings: ['known'] })).json.command;
      const olga = await as('olga', 'operator', [web.id]);
      const edit = async (body: object) => (await olga('commands_change', { params: { id }, body })).status;
      expect(await edit({ settings: ['strange'] })).toBe(403);
      expect(await edit({ settings: ['known'], program: 'print(3)' })).toBe(200);
      expect(await edit({ output_variables: ['c/theirs'] })).toBe(403);
      expect(await edit({ output_variables: ['c/ours'] })).toBe(200);
      expect(await edit({ commands_group: theirs })).toBe(404);
      // Nothing near it is proposed, as that may be one of others.
      for (const name of ['c/thiers', 'theirs', 'thiers']) {
        for (const inputs of [{ variables: [name] }, { output_variables: [name] }]) {
          const { json } = await olga('commands_change', { params: { id }, body: inputs });
          expect(json.code).toBe('unsuitable_value');
          expect(json.detail).not.toContain('c/theirs');
          expect(json.detail).not.toContain('did you mean');
        }
      }
      expect((await olga('settings_list')).json.items.map(({ name }: { name: string }) => name)).toEqual([
        'known',
      ]);
      expect(fleet.mind.storage.kind).toMatch(/sqlite|postgres/);
    });

    test('a narrowed operator hands his commands no variable that he does not see: it is as if there were none', async () => {
      const { admin, as, web, addGroup } = await begin();
      await admin('variables_create', { body: { category: 'facts', name: 'dbonly' } });
      const group = await addGroup('ours', web.id);
      const olga = await as('olga', 'operator', [web.id]);
      for (const name of ['facts/dbonly', 'facts/nosuch']) {
        for (const inputs of [{ variables: [name] }, { output_variables: [name] }]) {
          const body = { commands_group: group, name: 'own', program: 'print(1)', ...inputs };
          const { json } = await olga('commands_create', { body });
          expect([json.code, json.detail]).toEqual([
            'unsuitable_value',
            `There is no variable "${name}": write its category, a slash and its name.`,
          ]);
        }
      }
      expect((await olga('variables_list')).json.items).toEqual([]);
    });

    test('a narrowed operator is told of a name that is taken nothing else', async () => {
      const { as, all, web, addGroup } = await begin();
      const hidden = await addGroup('DbCmds', all.id);
      const own = await addGroup('ours', web.id);
      const olga = await as('olga', 'operator', [web.id]);
      const body = { name: 'DbCmds', hosts_group: web.id };
      const made = await olga('commands_groups_create', { body });
      const renamed = await olga('commands_groups_change', { params: { id: own }, body });
      for (const { json } of [made, renamed]) {
        expect([json.code, json.detail]).toEqual([
          'name_taken',
          'The name "DbCmds" is taken: choose another one.',
        ]);
      }
      expect((await olga('commands_groups_show', { params: { id: hidden } })).status).toBe(404);
    });

    test('a narrowed operator turns no command that is handed a secret into a program of his own, and hands none to another', async () => {
      const { admin, as, web, addGroup, addCommand } = await begin();
      await admin('settings_set', { params: { name: 'sec1' }, body: { value: 'deep', is_secret: true } });
      const group = await addGroup('ours', web.id);
      const made = await addCommand(group, 'webcmd', { interpreter: 'sh', settings: ['sec1'] });
      const { id } = made.json.command;
      const olga = await as('olga', 'operator', [web.id]);
      const edit = async (body: object) =>
        (await olga('commands_change', { params: { id }, body })).json.code ?? 'done';
      const reveal = 'echo $REMOTES_SETTING_SEC1 | base64';
      expect(await edit({ program: reveal })).toBe('not_allowed');
      expect(await edit({ interpreter: 'python' })).toBe('not_allowed');
      expect(await edit({ program: reveal, settings: ['sec1'] })).toBe('not_allowed');
      const own = { commands_group: group, name: 'own', interpreter: 'sh', program: reveal };
      const create = async (more: object) =>
        (await olga('commands_create', { body: { ...own, ...more } })).json.code ?? 'done';
      expect(await create({ settings: ['sec1'] })).toBe('not_allowed');
      expect(await create({})).toBe('done');

      // What leaves the program as it is goes on being hers.
      const same = { program: 'print(1)', interpreter: 'sh', settings: ['sec1'] };
      expect(await edit({ ...same, name: 'webcmd2', is_active: false, timeout_seconds: 9 })).toBe('done');
      expect(await edit({ program: reveal, settings: [] })).toBe('done');
      expect(await edit({ settings: ['sec1'] })).toBe('not_allowed');
    });
  });
});
