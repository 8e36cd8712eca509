import { describe, expect, it, onTestFinished } from 'vitest';
import { isStartProblem } from '../../src/domain/start-problem.ts';
import { builtOnce } from '../../src/storage/prepared.ts';
import { createDatabase, databaseKinds, eachDatabase } from '../databases.ts';
import { startProgram } from './program.ts';
import { connectTo } from './raw-connection.ts';
import { dumpSchema } from './schema-dump.ts';

eachDatabase((open, kind) => {
  it('makes the schema that is checked in', async () => {
    const database = await open();
    const dump = await dumpSchema(await connectTo(database));
    await expect(dump).toMatchFileSnapshot(`../../src/storage/schema.${kind}.sql`);
  });

  it('refuses a database that is newer than the program, with a sentence', async () => {
    const database = await open();
    const connection = await connectTo(database);
    await builtOnce(connection, (db) =>
      db.insertInto('migrations').values({ number: 999, name: '0999-from-the-future', applied_at: 0 }),
    );
    const trouble = await database.openAgain().catch((refused) => refused);
    expect(isStartProblem(trouble)).toBe(true);
    expect(trouble.message).toContain('written by a newer version');
    expect(trouble.message).toContain('0999-from-the-future');
  });

  it('applies each migration once', async () => {
    const database = await open();
    const connection = await connectTo(database);
    const ledger = () => builtOnce(connection, (db) => db.selectFrom('migrations').selectAll());
    const before = await ledger();
    expect(before.length).toBeGreaterThan(0);
    await database.openAgain();
    expect(await ledger()).toEqual(before);
  });
});

describe.each(databaseKinds)('on %s', (kind) => {
  it('lets servers that start at once on an empty database agree on one', async () => {
    const database = await createDatabase(kind);
    onTestFinished(database.remove);
    const { dataFolder, databaseUrl } = database;
    const place = databaseUrl === undefined ? [dataFolder] : [dataFolder, databaseUrl];
    const programs = Array.from({ length: 5 }, () => startProgram('open-and-close', ...place));
    const ends = await Promise.all(programs.map(({ ended }) => ended));
    expect(ends.map(({ status, stderr }) => ({ status, stderr }))).toEqual(
      ends.map(() => ({ status: 0, stderr: '' })),
    );
    expect(new Set(ends.map(({ lines }) => lines[0])).size).toBe(1);
  });
});
