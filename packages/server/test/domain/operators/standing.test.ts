import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../../databases.ts';
import type { SampleOperator } from '../../http/api/sample-operators.ts';
import { addOperator } from '../../http/api/sample-operators.ts';
import { dial } from '../../http/call.ts';
import { openFleetDoor } from '../api/fleet-door.ts';
import { addHosts } from '../silent-hosts.ts';

describe('rights that end while a request is under way', () => {
  eachDatabase((open) => {
    const begin = async () => {
      const database = await open();
      const { door, fleet, tables } = await openFleetDoor(database);
      await addHosts(database, {});
      const group = await fleet.administer(({ hostsGroups }) => hostsGroups.add('Web', true));
      const otto = await addOperator(database, fleet.mind.clock(), { name: 'otto', role: 'operator' });
      /** Is let in by the head of the request; then `meanwhile` happens, and only then the body follows. */
      const dispatchSlowly = async (token: string, meanwhile: () => Promise<unknown>) => {
        const body = JSON.stringify({ program: 'echo hello', targets: { hosts_groups: ['All hosts'] } });
        const socket = dial(door.url);
        fleet.mind.credentialUse.take();
        socket.write(
          `POST /api/v2/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n` +
            `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
        );
        await expect.poll(() => fleet.mind.credentialUse.take()).toHaveLength(1);
        await meanwhile();
        socket.write(body);
        const answer = await text(socket);
        return Number(answer.split(' ')[1]);
      };
      const jobs = () => tables.jobs.list({ kind: 'ad_hoc', scope: null, limit: 10 });
      return { database, otto, group, dispatchSlowly, jobs };
    };

    const ends: readonly [
      string,
      (database: OpenDatabase, otto: SampleOperator, groupId: number) => Promise<unknown>,
    ][] = [
      ['a token that is revoked', (database) => database.write(({ apiTokens }) => apiTokens.revoke(2, 1))],
      [
        'an account that is disabled',
        (database, { id }) => database.write(({ operators }) => operators.change(id, { isActive: false })),
      ],
      [
        'a role that is taken away',
        (database, { id }) => database.write(({ operators }) => operators.change(id, { role: 'viewer' })),
      ],
      [
        'an account that is narrowed',
        (database, { id }, groupId) =>
          database.write(({ operators }) => operators.change(id, { hostsGroupIds: [groupId] })),
      ],
    ];
    for (const [what, end] of ends) {
      test(`${what} between the head of a request and its body runs nothing any more`, async () => {
        const { database, otto, group, dispatchSlowly, jobs } = await begin();
        const status = await dispatchSlowly(otto.token, () => end(database, otto, group.id));
        expect(status).toBe(503);
        expect(await jobs()).toEqual([]);
      });
    }

    test('rights that stay, or grow, let it go on', async () => {
      const { database, otto, dispatchSlowly, jobs } = await begin();
      const grow = () => database.write(({ operators }) => operators.change(otto.id, { role: 'admin' }));
      expect(await dispatchSlowly(otto.token, grow)).toBe(201);
      expect(await jobs()).toHaveLength(1);
    });
  });
});
