import { describe, expect, test } from 'vitest';
import type { AdHocJob } from '../../../src/domain/ports.ts';
import { sealSetting } from '../../../src/domain/secret-setting.ts';
import { eachDatabase } from '../../databases.ts';
import { openFleetDoor } from '../api/fleet-door.ts';
import { addHosts } from '../silent-hosts.ts';
import { fetchJob } from './polling-hosts.ts';

describe('an operator whose rights are narrowed', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openFleetDoor(database);
      const { fleet, tables, as, admin } = door;
      await addHosts(database, { name: 'mine', groups: ['All hosts', 'Web'] }, { name: 'theirs' });
      const web = (await tables.hostsGroups.byName('Web'))!;
      const put = (name: string, value: string, isSecret = false) =>
        fleet.administer(({ settings }) =>
          settings.put({
            name,
            value: isSecret ? sealSetting(fleet.mind.masterKey, name, value) : value,
            description: '',
            isSecret,
            isActive: true,
          }),
        );
      const otto = await as('otto', 'operator', [web.id]);
      const ask = (body: object) => ({ body: { targets: { hosts: ['mine'] }, ...body } });
      return { ...door, database, web, put, otto, ask, admin };
    };

    test('hands no setting to a program of his own that no command of his has: it is as if there were none', async () => {
      const { otto, ask, put, fleet, web, tables } = await begin();
      await put('dsn', 'host of the others');
      await put('key', 'a secret of the others', true);
      await put('region', 'north');
      await fleet.define({ name: 'theirs', settings: ['dsn', 'key'] });
      await fleet.define({ name: 'his', settings: ['region'] }, { name: 'web', hostsGroupId: web.id });
      for (const route of ['jobs_preview', 'jobs_create'] as const) {
        const answers = [];
        for (const name of ['dsn', 'key', 'none'])
          answers.push(await otto(route, ask({ program: 'env', settings: [name] })));
        expect(answers.map(({ json }) => [json.code, json.detail])).toEqual(
          ['dsn', 'key', 'none'].map((name) => ['unsuitable_value', `There is no active setting "${name}".`]),
        );
      }
      const his = await otto('jobs_preview', ask({ program: 'env', settings: ['region'] }));
      expect(his.json.sample.settings).toEqual({ region: 'north' });
      expect(await tables.jobs.list({ kind: 'ad_hoc', scope: null, limit: 10 })).toEqual([]);
    });

    test('does not run again what hands over a secret, unless it is of a command of his', async () => {
      const { otto, admin, ask, put, fleet, web } = await begin();
      await put('key', 'the secret of today', true);
      const theirs = await fleet.define({ name: 'theirs', interpreter: 'sh', settings: ['key'] });
      const again = async (commandId: number) => {
        const made = await admin('jobs_create', ask({ command: commandId }));
        const { status, json } = await otto('jobs_again', {
          params: { id: made.json.id },
          body: { which: 'all' },
        });
        return json.code ?? status;
      };
      expect(await again(theirs)).toBe('not_allowed');
      const his = await fleet.define(
        { name: 'his', interpreter: 'sh', settings: ['key'] },
        { name: 'web', hostsGroupId: web.id },
      );
      expect(await again(his)).toBe(201);
    });

    test('does not run again what hands over a setting that no command of his has: it may have changed since', async () => {
      const { otto, admin, ask, put, fleet, web } = await begin();
      await put('plain1', 'what was handed to his host');
      const { id } = (await admin('jobs_create', ask({ program: 'env', settings: ['plain1'] }))).json;
      await put('plain1', 'what is for others now');
      const preview = () => otto('jobs_preview', { body: { again: { job: id, which: 'all' } } });
      const refused = await preview();
      expect(refused.json.code).toBe('not_allowed');
      expect(refused.text).not.toContain('for others now');
      await fleet.define({ name: 'his', settings: ['plain1'] }, { name: 'web', hostsGroupId: web.id });
      expect((await preview()).json.sample.settings).toEqual({ plain1: 'what is for others now' });
    });

    test('is not told by a program of his own which variables there are', async () => {
      const { otto, ask, database } = await begin();
      const variable = await database.write(({ variables }) => variables.add('Others', 'password'));
      const tries = [{ variables: { it: { variable: variable.id } } }, { output_variables: [variable.id] }];
      for (const inputs of tries) {
        const { json } = await otto('jobs_preview', ask({ program: 'env', ...inputs }));
        expect([json.code, json.detail]).toEqual([
          'unsuitable_value',
          `There is no variable ${variable.id}.`,
        ]);
      }
    });

    test('sees of a job for others too neither its wave nor what stops it, and of a command that went to others no more than its runs', async () => {
      const { otto, admin, fleet, tables, web, ask, database } = await begin();
      const body = { program: 'true', targets: { hosts_groups: ['All hosts'] }, wave: '50%', stop_after: 2 };
      const { id } = (await admin('jobs_create', { body })).json;
      const seen = { targets: 1, wave: null, stop_after: null };
      expect((await otto('jobs_show', { params: { id } })).json).toMatchObject(seen);
      expect((await otto('jobs_list')).json.items).toMatchObject([seen]);
      const own = (await otto('jobs_create', ask({ program: 'true', wave: 1, stop_after: 1 }))).json;
      expect(own).toMatchObject({ targets: 1, wave: 1, stop_after: 1 });

      const commandId = await fleet.define(
        { name: 'his', program: 'print(1)' },
        { name: 'web', hostsGroupId: web.id },
      );
      const command = (await tables.commands.list()).find((each) => each.id === commandId)!;
      const show = async () => (await otto('jobs_show', { params: { id: command.jobId } })).json;
      expect(await show()).toMatchObject({ name: 'his', program: 'print(1)' });
      const mine = (await tables.hosts.byName('mine'))!;
      expect(await fetchJob(database.storage, { wireNumber: commandId } as AdHocJob, mine.id)).toBe(true);
      const [all] = await tables.hostsGroups.list();
      await fleet.administer(({ commandsGroups }) =>
        commandsGroups.change(command.commandsGroupId, { hostsGroupId: all!.id }),
      );
      expect(await show()).toMatchObject({ name: '', program: '', settings: [], counts: { delivered: 1 } });
    });
  });
});
