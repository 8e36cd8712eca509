import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrate } from '../../src/storage/migrate.ts';
import { migrations } from '../../src/storage/migrations/index.ts';
import { openStorage } from '../../src/storage/open.ts';
import { sqlOnce } from '../../src/storage/prepared.ts';
import { createDatabase, databaseKinds } from '../databases.ts';
import { connectTo } from './raw-connection.ts';

describe.each(databaseKinds)('a database on %s from before there were ad-hoc jobs', (kind) => {
  it('keeps its runs, with all that belongs to them, and their numbers', async () => {
    const database = await createDatabase(kind);
    onTestFinished(database.remove);
    const before = migrations.findIndex(({ name }) => name === '0006-jobs');
    const connection = await connectTo(database);
    await migrate(connection, 0, migrations.slice(0, before));
    const write = async (...statements: ReturnType<typeof sql>[]) => {
      for (const statement of statements) await sqlOnce(connection, statement);
    };
    await write(
      sql`insert into server_state (id, store_id) values (1, 'store')`,
      sql`insert into hosts (uuid, name, public_pem, key_fingerprint, state, needs_approval, registered_at)
        values ('u', 'web', 'pem', 'f', 'verified', 0, 0)`,
      sql`insert into hosts_groups (name, is_active) values ('All hosts', 1)`,
      sql`insert into wire_numbers default values`,
      sql`insert into commands_groups (name, hosts_group_id, position, is_active, stop_on_failure)
        values ('g', 1, 0, 1, 1)`,
      sql`insert into commands (id, commands_group_id, name, description, position, is_active, revision)
        values (1, 1, 'c', '', 0, 1, 1)`,
      sql`insert into jobs (id, kind, wire_number, command_id, created_at) values ('job', 'standing', 1, 1, 0)`,
      sql`insert into pending (host_id, wire_number) values (1, 1)`,
    );
    for (const [id, wireNumber] of [
      ['first', 1],
      ['second', 2],
      ['gone', 3],
    ] as const) {
      await write(sql`insert into runs (id, job_id, host_id, wire_number, command_name, revision, attempt, state, inputs,
          interpreter, result) values (${id}, 'job', 1, ${wireNumber}, 'c', 1, 1, 'delivered', '{}', 'python', '[1]')`);
    }
    await write(
      sql`delete from runs where id = 'gone'`,
      sql`insert into flights (run_number, host_id, deadline_at) values (2, 1, 9)`,
      sql`insert into holds (host_id, commands_group_id, run_number) values (1, 1, 2)`,
      sql`insert into run_statements (run_number, statement, signature, channel_key) values (2, 's', 's', 'k')`,
      sql`insert into run_output (run_number, stream, chunk, bytes) values (2, 'stdout', 0, 'printed')`,
    );

    const storage = await openStorage({ ...database, mode: 'inline' });
    onTestFinished(() => storage.close());
    const { runs, outputs, pending } = storage.tables;
    expect((await runs.list({ limit: 10 })).map(({ number, id }) => [number, id])).toEqual([
      [2, 'second'],
      [1, 'first'],
    ]);
    expect(await runs.byId('second')).toMatchObject({ result: '[1]', outcome: null, outputBytes: 0 });
    expect((await runs.unfinishedOfHost(1)).map(({ id }) => id)).toEqual(['second']);
    expect(await runs.holdsOfHost(1)).toEqual([{ commandsGroupId: 1, runNumber: 2 }]);
    expect(await runs.statement(2)).toMatchObject({ statement: 's' });
    expect(await outputs.chunks(2)).toHaveLength(1);
    expect(await pending.ofHost(1)).toEqual([1]);
    await write(
      sql`insert into runs (id, job_id, host_id, wire_number, command_name, revision, attempt, state, inputs, interpreter)
        values ('new', 'job', 1, 4, 'c', 1, 1, 'delivered', '{}', 'python')`,
    );
    expect((await runs.byId('new'))?.number).toBe(4);

    await storage.decide('removeHosts', {
      hosts: ['web'],
      agreedHosts: 1,
      now: 0,
      by: { kind: 'local', operatorId: null, name: 'x', tokenName: null, address: null, requestId: null },
      within: null,
    });
    expect(await runs.list({ limit: 10 })).toEqual([]);
    expect(await outputs.chunks(2)).toEqual([]);
    expect(await pending.ofHost(1)).toEqual([]);
  });
});
