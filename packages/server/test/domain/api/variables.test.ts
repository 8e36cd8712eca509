import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { type Caller, openFleetDoor } from './fleet-door.ts';

describe('variables over the API', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openFleetDoor(database);
      const { admin } = door;
      await addHosts(
        database,
        { name: 'a', groups: ['All hosts', 'web'] },
        { name: 'b', groups: ['All hosts'] },
        { name: 'c', groups: ['All hosts'] },
      );
      for (const name of ['port', 'zone'])
        await admin('variables_create', { body: { category: 'net', name } });
      const set = (caller: Caller, host: number, variable: number, value: string, ifMatch?: string) =>
        caller('values_set', {
          params: { id: host, variable },
          body: { value },
          ...(ifMatch && { ifMatch }),
        });
      return { database, ...door, set };
    };

    test('a value keeps what it was before, and who set it', async () => {
      const { admin, as, set } = await begin();
      const olga = await as('olga', 'operator');
      const first = await set(admin, 1, 1, '80');
      expect(first.json).toMatchObject({ value: '80', set_by: 'operator ada', variable: { name: 'port' } });
      expect((await set(olga, 1, 1, '443', first.version)).json.set_by).toBe('operator olga');
      expect((await set(olga, 1, 1, '8443', first.version)).json.code).toBe('version_changed');
      expect((await olga('values_remove', { params: { id: 1, variable: 1 } })).status).toBe(204);
      expect((await olga('values_remove', { params: { id: 1, variable: 1 } })).status).toBe(404);
      expect((await admin('values_list', { params: { id: 1 } })).json.items).toEqual([]);
      const { json } = await admin('values_history', { params: { id: 1, variable: 1 } });
      expect(json.items).toMatchObject([
        { value: '443', set_by: 'operator olga', replaced_by: 'operator olga' },
        { value: '80', set_by: 'operator ada', replaced_by: 'operator olga' },
      ]);
    });

    test('setting a value takes rights on every command that is handed the variable', async () => {
      const { fleet, as, set } = await begin();
      const olga = await as('olga', 'operator', [2]);
      expect((await set(olga, 1, 1, 'x')).status).toBe(404);
      expect((await set(olga, 2, 1, 'x')).status).toBe(404);
      await fleet.administer((tables) =>
        tables.variables.setValue({ variableId: 1, hostId: 1, value: '1', setAt: 1, setBy: 'run x' }),
      );
      expect((await set(olga, 1, 1, '2')).status).toBe(200);
      // For all hosts: it lies beyond the group of the one who asks.
      await fleet.define({ variables: [{ name: 'port', variableId: 1 }] });
      expect((await set(olga, 1, 1, '3')).json.code).toBe('not_allowed');
      expect((await olga('values_remove', { params: { id: 1, variable: 1 } })).status).toBe(403);
      expect((await set(await as('oskar', 'operator', [1]), 1, 1, '3')).status).toBe(200);
    });

    test('those exist for a narrowed account that its commands use or its hosts have', async () => {
      const { fleet, as, admin, set } = await begin();
      const listed = async (groups: number[]) => {
        const vera = await as(`vera ${groups} ${Math.random()}`, 'viewer', groups);
        const { json } = await vera('variables_list');
        return json.items.map(({ name, read_by }: { name: string; read_by: number[] }) => [name, read_by]);
      };
      expect(await listed([2])).toEqual([]);
      await set(admin, 1, 2, 'north');
      expect(await listed([2])).toEqual([['zone', []]]);
      const command = await fleet.define({ variables: [{ name: 'port', variableId: 1 }] });
      expect(await listed([1])).toEqual([
        ['port', [command]],
        ['zone', []],
      ]);
      expect(await listed([2])).toEqual([['zone', []]]);
    });

    test('the matrix marks what differs from what most hosts have', async () => {
      const { admin, as, set } = await begin();
      for (const [host, value] of [
        [1, '80'],
        [2, '80'],
        [3, '81'],
      ] as const) {
        await set(admin, host, 1, value);
      }
      await set(admin, 3, 2, 'north');
      const first = await admin('variables_matrix', { query: { limit: 2, diff: true } });
      expect(first.json.variables.map(({ name }: { name: string }) => name)).toEqual(['port', 'zone']);
      expect(first.json.items).toEqual([
        { host: { id: 1, name: 'a' }, values: [{ variable_id: 1, value: '80', differs: false }] },
        { host: { id: 2, name: 'b' }, values: [{ variable_id: 1, value: '80', differs: false }] },
      ]);
      const rest = await admin('variables_matrix', {
        query: { limit: 2, diff: true, q: 'port', cursor: first.json.next },
      });
      expect(rest.json).toMatchObject({
        variables: [{ name: 'port' }],
        items: [{ host: { name: 'c' }, values: [{ variable_id: 1, value: '81', differs: true }] }],
        next: null,
      });
      const narrowed = await as('vera', 'viewer', [2]);
      const { json } = await narrowed('variables_matrix');
      expect(json.items).toEqual([{ host: { id: 1, name: 'a' }, values: [{ variable_id: 1, value: '80' }] }]);
    });

    test('a name is taken once, and what a command uses is not removed', async () => {
      const { admin, fleet, set } = await begin();
      const again = await admin('variables_create', { body: { category: 'net', name: 'port' } });
      expect(again.json.code).toBe('name_taken');
      expect((await admin('variables_create', { body: { category: 'a/b', name: 'x' } })).status).toBe(400);
      const command = await fleet.define({ name: 'saver', outputVariables: [1] });
      expect((await admin('variables_remove', { params: { id: 1 } })).json.detail).toContain('"saver"');
      await fleet.administer((tables) => tables.commands.remove(command));
      await set(admin, 1, 1, 'x');
      expect((await admin('variables_remove', { params: { id: 1 } })).status).toBe(204);
      expect((await set(admin, 1, 1, 'x')).status).toBe(404);
    });
  });
});
