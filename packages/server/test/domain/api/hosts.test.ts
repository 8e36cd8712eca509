import { describe, expect, test } from 'vitest';
import type { KnownHost } from '../../../src/domain/known-hosts.ts';
import { eachDatabase } from '../../databases.ts';
import { addHosts } from '../silent-hosts.ts';
import { start } from '../small-fleet.ts';
import { type Answered, type Caller, openFleetDoor } from './fleet-door.ts';

const facts = (os: string) =>
  JSON.stringify({ hostname: 'h', os, os_release: '1', architecture: 'x64', client_version: '1' });

describe('hosts over the API', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const door = await openFleetDoor(database);
      await addHosts(
        database,
        { name: 'Alpha', groups: ['All hosts', 'web'], facts: facts('linux') },
        { name: 'beta', groups: ['All hosts'], facts: facts('windows'), channelKey: 'k' },
        { name: 'gamma', groups: ['web'], state: 'disabled' },
        { name: 'delta', groups: [], state: 'pending', needsApproval: true },
      );
      const [all, web] = await door.tables.hostsGroups.list();
      if (!all || !web) throw new Error('The groups are not there.');
      return { database, ...door, all, web };
    };
    const names = ({ json }: Answered) => json.items.map(({ name }: { name: string }) => name).sort();

    test('are listed page by page, each once, in one order', async () => {
      const { admin } = await begin();
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { json } = await admin('hosts_list', { query: { limit: 1, ...(cursor && { cursor }) } });
        seen.push(...json.items.map(({ name }: { name: string }) => name));
        cursor = json.next ?? undefined;
      } while (cursor);
      expect(seen.toSorted()).toEqual(['Alpha', 'beta', 'delta', 'gamma']);
      expect((await admin('hosts_list', { query: { cursor: 'WzFd' } })).json.code).toBe('invalid_request');
    });

    test('are filtered by name, state, group, presence and what they say of themselves', async () => {
      const { database, admin } = await begin();
      await database.write((tables) =>
        tables.hosts.recordVisits([visit(1, start - 600_000, 1000), visit(2, start - 2000, 1000)]),
      );
      for (const [query, expected] of [
        [{ q: 'alp' }, ['Alpha']],
        [{ q: '%' }, []],
        [{ state: 'disabled' }, ['gamma']],
        [{ hosts_group: 2 }, ['Alpha', 'gamma']],
        [{ hosts_group: 99 }, []],
        [{ presence: 'away' }, ['Alpha']],
        [{ presence: 'online' }, ['beta']],
        [{ presence: 'never' }, ['delta', 'gamma']],
        [{ where: 'os=linux or os=windows' }, ['Alpha', 'beta']],
        [{ where: 'os=linux or os=windows', q: 'bet' }, ['beta']],
        [{ where: 'presence=away or presence=online' }, ['Alpha', 'beta']],
        [{ where: 'name~"*a"', presence: 'never', state: 'pending' }, ['delta']],
        [{ where: 'group!=web' }, ['beta', 'delta']],
        [{ where: 'group~"w*" and not group="All hosts"' }, ['gamma']],
        [{ where: 'name~"*a"', hosts_group: 1 }, ['Alpha', 'beta']],
      ] as const) {
        expect(names(await admin('hosts_list', { query })), JSON.stringify(query)).toEqual(expected);
      }
    });

    test('that a filter selects are listed page by page, and as they are after the last change', async () => {
      const { database, admin } = await begin();
      const page = async (cursor?: string) => {
        const query = { where: 'name~"*a"', limit: 2, ...(cursor && { cursor }) };
        const { json } = await admin('hosts_list', { query });
        return { names: json.items.map(({ name }: { name: string }) => name), next: json.next };
      };
      const first = await page();
      expect(first.names).toEqual(['Alpha', 'beta']);
      expect(await page(first.next)).toEqual({ names: ['delta', 'gamma'], next: null });
      await database.write((tables) => tables.hosts.change(3, { name: 'omega' }));
      await database.write((tables) => tables.hosts.remove(2));
      const [zeta] = await addHosts(database, { name: 'zeta' });
      const changed = await page();
      expect(changed.names).toEqual(['Alpha', 'delta']);
      expect((await page(changed.next)).names).toEqual(['omega', 'zeta']);
      await database.write((tables) => tables.hostsGroups.leave(1, zeta!.id));
      const { json } = await admin('hosts_list', { query: { where: 'group="All hosts"' } });
      expect(json.items.map(({ name }: { name: string }) => name)).toEqual(['Alpha']);
    });

    test('are seen as soon as they came, before their visits are written in a batch', async () => {
      const { admin, fleet } = await begin();
      const came = { id: 1 } as KnownHost;
      const visitor = { address: '192.0.2.1', clientAgent: null, clientVersion: null };
      fleet.mind.presence.visit(came, visitor, 'poll');
      const seen = { presence: 'online', last_seen_at: new Date(start).toISOString() };
      expect((await admin('hosts_show', { params: { id: 1 } })).json).toMatchObject(seen);
      expect((await admin('hosts_list', { query: { q: 'Alpha' } })).json.items).toMatchObject([seen]);
      expect(names(await admin('hosts_list', { query: { presence: 'online' } }))).toEqual(['Alpha']);
      const body = { program: 'true', targets: { hosts: ['Alpha', 'beta'] } };
      expect((await admin('jobs_preview', { body })).json).toMatchObject({ targets: 2, never: 1 });
      fleet.pass(1000);
      fleet.mind.presence.visit(came, visitor, 'poll');
      const later = new Date(start + 1000).toISOString();
      expect((await admin('hosts_show', { params: { id: 1 } })).json.last_seen_at).toBe(later);
    });

    test('whose groups are not those of a narrowed account do not exist for it, nor do their groups', async () => {
      const { as, web } = await begin();
      const vera = await as('vera', 'viewer', [web.id]);
      const listed = await vera('hosts_list');
      expect(names(listed)).toEqual(['Alpha', 'gamma']);
      expect(listed.json.items[0].hosts_groups).toEqual([{ id: web.id, name: 'web' }]);
      for (const [where, expected] of [
        ['os=windows', []],
        ['name~"*a"', ['Alpha', 'gamma']],
        ['group~"All*"', []],
      ] as const) {
        expect(names(await vera('hosts_list', { query: { where } })), where).toEqual(expected);
      }
      for (const where of ['group="All hosts"', 'group!="All hosts"', 'group!=Nope']) {
        const { json } = await vera('hosts_list', { query: { where } });
        expect(json.code, where).toBe('unknown_hosts_group');
      }
      const inHidden = await vera('hosts_list', { query: { where: 'os=linux', hosts_group: 1 } });
      expect(inHidden.status).toBe(404);
      expect(JSON.stringify(inHidden.json)).not.toContain('All hosts');
      expect((await vera('hosts_show', { params: { id: 2 } })).status).toBe(404);
    });

    test('one host is shown with what it is still to run and what is not offered to it', async () => {
      const { fleet, admin } = await begin();
      const plain = await fleet.define({ name: 'plain' });
      const foreign = await fleet.define({ name: 'foreign', interpreter: 'node' });
      const { json } = await admin('hosts_show', { params: { id: 1 } });
      expect(json).toMatchObject({
        name: 'Alpha',
        protocol: 'v1',
        facts: { os: 'linux' },
        pending: [
          { id: plain, name: 'plain' },
          { id: foreign, name: 'foreign' },
        ],
        not_offered: [{ commands: [{ id: foreign, name: 'foreign' }] }],
      });
    });

    test('one host is shown why what is switched off is not offered to it', async () => {
      const { fleet, admin } = await begin();
      await fleet.define({ name: 'c1' });
      await fleet.define({ name: 'c2', isActive: false });
      await fleet.define({ name: 'c3', interpreter: 'node' }, { name: 'resting', isActive: false });
      await fleet.define({ name: 'c4' }, { name: 'former', beforeAt: start });
      const { json } = await admin('hosts_show', { params: { id: 1 } });
      const of = (commands: { name: string }[]) => commands.map(({ name }) => name);
      expect(of(json.pending)).toEqual(['c1', 'c2', 'c3', 'c4']);
      const why: { reason: string; commands: { name: string }[] }[] = json.not_offered;
      expect(why.map(({ reason, commands }) => [of(commands), reason])).toEqual([
        [['c2'], 'switched off'],
        [['c3'], 'the commands group "resting" or its hosts group is switched off'],
        [['c4'], 'the window of "former" is over'],
      ]);
    });

    test('is renamed by whoever saw it as it is', async () => {
      const { admin, noted } = await begin();
      const { version } = await admin('hosts_show', { params: { id: 1 } });
      const rename = (name: string, ifMatch?: string) =>
        admin('hosts_rename', { params: { id: 1 }, body: { name }, ...(ifMatch && { ifMatch }) });
      expect(await rename('web1', version)).toMatchObject({ status: 200, json: { name: 'web1' } });
      expect((await rename('web2', version)).json.code).toBe('version_changed');
      expect((await rename('beta')).json.code).toBe('unsuitable_name');
      expect(await noted()).toEqual([
        {
          action: 'host.rename',
          subject: 'host 1',
          before: { name: 'Alpha' },
          after: { name: 'web1' },
          by: 'ada',
        },
      ]);
    });

    test('are changed all or none; a dry run shows and changes nothing', async () => {
      const { admin, tables, noted } = await begin();
      const unknown = await admin('hosts_disable', { body: { hosts: [1, 99] } });
      expect([unknown.status, unknown.json.code]).toEqual([404, 'unknown_host']);
      const shown = await admin('hosts_disable', { body: { hosts: [1, 3], dry_run: true } });
      expect(shown.json).toEqual({
        is_dry_run: true,
        changed: [{ id: 1, name: 'Alpha', state: 'disabled' }],
        unchanged: [{ id: 3, name: 'gamma', state: 'disabled' }],
        will_run_on_hosts: 0,
      });
      expect((await tables.hosts.byId(1))?.state).toBe('verified');
      expect(
        (await admin('hosts_remove', { body: { hosts: [4], dry_run: true } })).json.changed,
      ).toHaveLength(1);
      expect(await noted()).toEqual([]);
      expect((await admin('hosts_remove', { body: { hosts: [4] } })).status).toBe(200);
      expect((await admin('hosts_allow_v1', { body: { hosts: [2] } })).json.changed).toMatchObject([
        { id: 2 },
      ]);
      expect((await noted()).map(({ action, subject }) => [action, subject])).toEqual([
        ['host.remove', 'host 4'],
        ['host.allow_v1', 'host 2'],
      ]);
    });

    test('that are selected want their number to be agreed to, as do hosts on which commands will run', async () => {
      const { fleet, admin, web } = await begin();
      await confirmAbove(fleet, 0);
      const disable = (more: object) => admin('hosts_disable', { body: { hosts_groups: [web.id], ...more } });
      expect((await disable({})).json).toMatchObject({ code: 'needs_yes', hosts: 1 });
      expect((await disable({ yes: 2 })).json).toMatchObject({ code: 'needs_yes', hosts: 1 });
      expect((await disable({ yes: 1 })).status).toBe(200);
      await fleet.define();
      const enable = (more: object) => admin('hosts_enable', { body: { where: 'name=Alpha', ...more } });
      // As data and in a sentence for whoever reads it: how to agree is each program's own matter.
      expect((await enable({})).json).toMatchObject({
        code: 'needs_yes',
        hosts: 1,
        detail: 'Commands will run on 1 host.',
      });
      expect((await enable({ dry_run: true })).json.will_run_on_hosts).toBe(1);
      expect((await enable({ yes: 1 })).json).toMatchObject({ changed: [{ id: 1 }], will_run_on_hosts: 1 });
      const nobody = await admin('hosts_enable', { body: {} });
      expect(nobody.json.code).toBe('invalid_request');
      expect((await enable({ where: 'colour=red' })).json.code).toBe('invalid_filter');
    });

    test('an operator approves what came by a token of his groups, and no other host', async () => {
      const { database, fleet, as, web, all } = await begin();
      const tokens = [await fleet.addToken({}, ['web']), await fleet.addToken({}, ['web', 'All hosts'])];
      await addHosts(
        database,
        ...tokens.map(({ id }) => ({
          registrationTokenId: id,
          state: 'pending' as const,
          needsApproval: true,
          groups: ['web'],
        })),
      );
      const approve = async (caller: Caller, id: number) => {
        const { status } = await caller('hosts_approve', { body: { hosts: [id] } });
        return status;
      };
      const olga = await as('olga', 'operator', [web.id]);
      expect([await approve(olga, 5), await approve(olga, 6), await approve(olga, 4)]).toEqual([
        200, 403, 404,
      ]);
      expect(await approve(await as('oskar', 'operator', [web.id, all.id]), 6)).toBe(200);
      expect(await approve(await as('otto', 'operator'), 4)).toBe(200);
    });
  });
});

function visit(hostId: number, at: number, usualIntervalMs: number) {
  return { hostId, at, usualIntervalMs, address: null, clientAgent: null, clientVersion: null };
}

async function confirmAbove(
  fleet: Awaited<ReturnType<typeof openFleetDoor>>['fleet'],
  hosts: number,
): Promise<void> {
  await fleet.administer((tables) =>
    tables.settings.put({
      name: 'confirm_above_hosts',
      value: String(hosts),
      description: '',
      isSecret: false,
      isActive: true,
    }),
  );
}
