import { describe, expect, test } from 'vitest';
import { placeText } from '../../../src/domain/events/event-place.ts';
import { eachDatabase } from '../../databases.ts';
import { addOperator } from '../../http/api/sample-operators.ts';
import { addCommands, addVerifiedHost, sampleRun } from '../../storage/sample-rows.ts';
import { settledEvents } from '../../storage/settled-events.ts';
import { createFleet, start } from '../small-fleet.ts';
import { actorBy, askEvents } from './following.ts';

describe('whoever follows events', () => {
  eachDatabase((open) => {
    /** Two hosts in groups of their own, each with a run of a command of its group. */
    const begin = async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const { mind } = fleet;
      const [web, mail] = await fleet.administer(async (tables) => {
        const places = [];
        for (const name of ['Web', 'Mail']) {
          const { hostsGroup, ids } = await addCommands(tables, 1, name);
          const host = await addVerifiedHost(tables);
          await tables.hostsGroups.join(hostsGroup.id, host.id);
          const wireNumber = ids[0] ?? 0;
          const jobId = (await tables.commands.list()).find(({ id }) => id === wireNumber)?.jobId ?? '';
          const run = sampleRun(host.id, wireNumber, { jobId });
          places.push({ groupId: hostsGroup.id, host, run, number: await tables.runs.add(run) });
        }
        return places;
      });
      if (!web || !mail) throw new Error('Nothing was made.');
      const stored = await settledEvents(database);
      const { storeId } = await mind.definitions.current();
      const operatorOf = (name: string, hostsGroupIds: number[] | null = null) =>
        addOperator(database, start, { name, role: 'viewer', hostsGroupIds });
      return {
        database,
        fleet,
        mind,
        web,
        mail,
        storeId,
        operatorOf,
        /** Before everything that is told of the two. */
        first: placeText(storeId, stored[0] ?? { xid: '0', number: 0 }),
        last: placeText(storeId, stored.at(-1) ?? { xid: '0', number: 0 }),
        async actor(name: string, hostsGroupIds: number[] | null = null) {
          return actorBy(mind, (await operatorOf(name, hostsGroupIds)).token);
        },
        succeed: ({ number }: { number: number }) =>
          database.write((tables) => tables.runs.change(number, { state: 'succeeded' })),
      };
    };

    test('begins now, is told what happens next, and goes on from any event', async () => {
      const { mind, actor, web, mail, succeed } = await begin();
      const vera = await actor('vera');
      const stream = await askEvents(mind, vera);
      const ready = await stream.next?.();
      expect(ready).toMatchObject({ event: 'ready', data: {} });
      await succeed(web);
      const one = await stream.next?.();
      expect(one).toMatchObject({
        event: 'run',
        data: {
          kind: 'run',
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          job_id: web.run.jobId,
          host_id: web.host.id,
          run_id: web.run.id,
          state: 'succeeded',
          former_state: 'delivered',
        },
      });
      await succeed(mail);
      const again = await askEvents(mind, vera, { lastEventId: ready?.id });
      await again.next?.();
      expect(await again.next?.()).toEqual(one);
      const further = await askEvents(mind, vera, { query: { after: one?.id ?? '' } });
      await further.next?.();
      expect(await further.next?.()).toMatchObject({ data: { run_id: mail.run.id } });
    });

    test('is told of the kinds, the job and the host that were asked for', async () => {
      const { mind, actor, web, mail, first, succeed } = await begin();
      const vera = await actor('vera');
      await succeed(web);
      const told = async (query: object) => {
        const stream = await askEvents(mind, vera, { query, lastEventId: first });
        await stream.next?.();
        return stream.next?.();
      };
      expect(await told({ kinds: 'job' })).toMatchObject({ event: 'job', data: { job_id: web.run.jobId } });
      expect(await told({ job: mail.run.jobId, kinds: 'run,output' })).toMatchObject({
        data: { run_id: mail.run.id, state: 'delivered', former_state: null },
      });
      expect(await told({ host: web.host.id, kinds: 'run' })).toMatchObject({
        data: { run_id: web.run.id, state: 'delivered' },
      });
    });

    test('is told of hosts in his groups alone, of their jobs, runs and removal', async () => {
      const { database, mind, actor, web, mail, first, succeed } = await begin();
      await succeed(mail);
      await succeed(web);
      for (const { host } of [mail, web]) await database.write((tables) => tables.hosts.remove(host.id));
      await database.write(async (tables) => {
        const host = await addVerifiedHost(tables);
        await tables.hostsGroups.join(web.groupId, host.id);
        await tables.server.bumpEpoch();
      });
      await settledEvents(database);
      const stream = await askEvents(mind, await actor('wim', [web.groupId]), { lastEventId: first });
      await stream.next?.();
      const told: unknown[] = [];
      for (let last: unknown; last !== 'verified'; ) {
        const event = await stream.next?.();
        last = event?.data.state;
        told.push(event?.data.host_id ?? event?.data.job_id);
      }
      expect(told).toContain(web.host.id);
      expect(told).toContain(web.run.jobId);
      expect(told).not.toContain(mail.host.id);
      expect(told).not.toContain(mail.run.jobId);
    });

    test('finds nothing where there is nothing for him', async () => {
      const { mind, actor, web, mail } = await begin();
      const wim = await actor('wim', [web.groupId]);
      const vera = await actor('vera');
      const refusals = await Promise.all([
        askEvents(mind, wim, { query: { job: mail.run.jobId } }),
        askEvents(mind, wim, { query: { host: mail.host.id } }),
        askEvents(mind, vera, { query: { job: crypto.randomUUID() } }),
        askEvents(mind, vera, { query: { host: 999 } }),
      ]);
      for (const { refused } of refusals) expect(refused).toMatchObject({ problem: 'not_found' });
      for (const query of [{ job: web.run.jobId }, { host: web.host.id }]) {
        expect((await askEvents(mind, wim, { query })).refused).toBeUndefined();
      }
    });

    test('is told nothing more when his session has ended, or his account is switched off', async () => {
      const { database, mind, operatorOf, web, succeed } = await begin();
      const vera = await operatorOf('vera');
      const stream = await askEvents(mind, await actorBy(mind, vera.token));
      await stream.next?.();
      await database.write((tables) => tables.operators.change(vera.id, { isActive: false }));
      await succeed(web);
      expect(await stream.next?.()).toBeUndefined();
    });

    test('is told by the rights that he has now', async () => {
      const { database, mind, operatorOf, web, mail, succeed } = await begin();
      const vera = await operatorOf('vera');
      const stream = await askEvents(mind, await actorBy(mind, vera.bearer));
      await stream.next?.();
      await database.write((tables) => tables.operators.change(vera.id, { hostsGroupIds: [mail.groupId] }));
      await succeed(web);
      await succeed(mail);
      expect(await stream.next?.()).toMatchObject({ data: { run_id: mail.run.id } });
    });

    test('is told to read anew when what he missed is forgotten, and goes on from there', async () => {
      const { database, mind, actor, storeId, first, last, web, succeed } = await begin();
      const vera = await actor('vera');
      await database.write((tables) => tables.events.prune({ olderThan: 0, most: 1, limit: 1000 }));
      const again = await askEvents(mind, vera, { lastEventId: first });
      await again.next?.();
      expect(await again.next?.()).toEqual({ id: last, event: 'reset', data: {} });
      for (const lastEventId of [
        '',
        'x',
        `00000000${last.slice(8)}`,
        `${storeId.slice(0, 8)}-${'9'.repeat(20)}-1`,
      ]) {
        const lost = await askEvents(mind, vera, { lastEventId });
        expect(await lost.next?.()).toEqual({ id: last, event: 'reset', data: {} });
      }
      await succeed(web);
      expect(await again.next?.()).toMatchObject({ data: { run_id: web.run.id } });
    });
  });
});
