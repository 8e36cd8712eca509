import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../databases.ts';
import { createMachine } from '../../domain/small-fleet.ts';
import { openDoor } from '../open-door.ts';
import { generateClient } from './generated-client.ts';
import { addOperator } from './sample-operators.ts';

describe('a client generated from the OpenAPI document', () => {
  test('finds a host, makes a job for it and reads what came of it', async () => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const { url, fleet } = await openDoor(database);
    const machine = createMachine(fleet);
    await machine.enrol(await fleet.addToken());
    const { token } = await addOperator(database, fleet.mind.clock(), { name: 'program', role: 'operator' });
    const client = await generateClient(url, token);

    const hosts = await client.call('hostsList', { state: 'verified' });
    const [{ name, id }] = hosts.data.items;
    const order = { program: 'print(6 * 7)', interpreter: 'python', targets: { hosts: [name] } };
    const made = await client.call('jobsCreate', order, { idempotencyKey: 'one' });
    expect(made).toMatchObject({ status: 201, data: { kind: 'ad_hoc', targets: 1 } });
    const repeated = await client.call('jobsCreate', order, { idempotencyKey: 'one' });
    expect(repeated.data.id).toBe(made.data.id);

    const [wireNumber = 0] = await machine.list();
    await machine.get(wireNumber);
    await machine.post(wireNumber, '42\n', '[42]');
    const runs = await client.call('jobsRuns', made.data.id, { state: 'succeeded' });
    expect(runs.data).toMatchObject({ items: [{ host: { id, name }, state: 'succeeded' }], next: null });
    const { data: output } = await client.call('runsOutput', runs.data.items[0].id);
    expect(JSON.stringify(output)).toContain('42');
    expect(await client.call('jobsShow', '00000000-0000-7000-8000-000000000000')).toMatchObject({
      status: 404,
      data: { code: 'not_found' },
    });
  });
});
