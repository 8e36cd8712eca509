import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openChannelHost } from '../channel-host.ts';
import { openDatabase } from '../databases.ts';
import { anna, dispatch } from '../domain/jobs/dispatching.ts';
import { openChannelDoor } from './channel-door.ts';
import { sayFinished } from './channel-report.ts';

/** Two servers of one PostgreSQL, neither of which sweeps, and a host that is connected to the first. */
async function begin() {
  const database = await openDatabase('postgres');
  onTestFinished(database.remove);
  const here = await openChannelDoor(database);
  const host = await openChannelHost(here.url, await here.enrol());
  await host.enter();
  const there = await openChannelDoor({ ...database, storage: await database.openAgain() });
  const client = new pg.Client({ connectionString: database.databaseUrl });
  await client.connect();
  onTestFinished(() => client.end());
  const listening = async () => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and query like 'listen %'`,
    );
    return rows.map(({ pid }) => pid);
  };
  await expect.poll(listening).toHaveLength(2);
  return { database, here, there, host, client, listening };
}

test('what another server dispatches reaches a host that is connected here, and so does its stop', async () => {
  const { there, host } = await begin();
  const job = await dispatch(there.mind.storage, {});
  const [run] = await host.given('run');
  expect(run).toMatchObject({ type: 'run', attempt: 1 });
  await there.mind.storage.decide('stopJob', { id: job.id, scope: null, by: anna, now: there.mind.clock() });
  expect(await host.given('stop')).toMatchObject([{ run: run!.run }]);
});

test('that a slot of a wave is free is told to the other servers', async () => {
  const { database, here, host } = await begin();
  await dispatch(here.mind.storage, { wave: 1 });
  const [run] = await host.given('run');
  const third = await database.openAgain();
  let heard = 0;
  third.neighbours.hear(() => {
    heard += 1;
  });
  // Whoever begins to listen may have missed something.
  await expect.poll(() => heard).toBe(1);
  await host.say(sayFinished(host, run!));
  await expect.poll(() => heard).toBe(2);
});

test('a listening connection that the database ends is made anew, and what was told meanwhile is found', async () => {
  const { there, host, client, listening } = await begin();
  const former = await listening();
  await client.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [former]);
  await dispatch(there.mind.storage, {});
  expect(await host.given('run')).toHaveLength(1);
  await expect.poll(async () => (await listening()).filter((pid) => !former.includes(pid))).toHaveLength(2);
  await dispatch(there.mind.storage, {});
  await expect.poll(() => host.pushed.filter(({ type }) => type === 'run')).toHaveLength(2);
});
