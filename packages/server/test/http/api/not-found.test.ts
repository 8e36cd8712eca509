import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../databases.ts';
import { openFleetDoor } from '../../domain/api/fleet-door.ts';

test('a 404 names what is not there, and says the same of what its asker may not know of', async () => {
  const database = await openDatabase('sqlite');
  onTestFinished(database.remove);
  const { admin, as, fleet } = await openFleetDoor(database);
  await fleet.define({ name: 'uptime' });
  const nobodys = await as('vera', 'viewer', []);
  const uuid = '019a7c3e-5a8e-7cc1-b2a5-1f0e6e1d2c3b';
  for (const [route, params, sentence] of [
    ['runs_show', { id: 'last' }, 'There is no run "last".'],
    ['runs_show', { id: uuid }, `There is no run ${uuid}.`],
    ['runs_stream', { id: uuid, stream: 'x' }, `There is no output "x" of run ${uuid}.`],
    ['jobs_show', { id: '12' }, 'There is no job 12.'],
    ['jobs_outcomes', { id: uuid }, `There is no job ${uuid}.`],
    ['jobs_events', { id: uuid }, `There is no job ${uuid}.`],
    ['hosts_show', { id: 'web1' }, 'There is no host "web1".'],
    ['hosts_groups_show', { id: 99 }, 'There is no hosts group 99.'],
    ['commands_revision', { id: 1, revision: 'x' }, 'There is no revision "x" of command 1.'],
  ] as const) {
    const { status, json } = await admin(route, { params });
    expect([status, json.code, json.detail], route).toEqual([404, 'not_found', sentence]);
    expect((await nobodys(route, { params })).json.detail, route).toBe(sentence);
  }
  expect((await nobodys('commands_show', { params: { id: 1 } })).json.detail).toBe('There is no command 1.');
});
