import { describe, expect, it, onTestFinished } from 'vitest';
import type { Tables } from '../../src/domain/ports.ts';
import type { Answered } from '../../src/storage/decision-queue.ts';
import { sqliteFile } from '../../src/storage/open.ts';
import { batchTaker } from '../../src/storage/sqlite-batch.ts';
import { openSqliteConnection } from '../../src/storage/sqlite-connection.ts';
import { openDatabase } from '../databases.ts';
import { storedNotes } from './notes.ts';

describe('a batch on a full disk', () => {
  it('answers exactly what it stored, and says what is wrong with the rest', async () => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const connection = openSqliteConnection(sqliteFile(database.dataFolder));
    onTestFinished(() => {
      connection.database.close();
    });
    const pages = connection.database.pragma('page_count', { simple: true });
    connection.database.pragma(`max_page_count = ${pages}`);
    const note = (tables: Tables, { name, value }: { name: string; value: string }) =>
      tables.settings.put({ name, value, description: '', isSecret: false, isActive: true });
    const takeBatch = batchTaker(connection, { note });
    const inputs = ['small', 'large', 'small too'].map((name) => ({
      name,
      value: name === 'large' ? 'x'.repeat(1_000_000) : '',
    }));
    const answers: Answered[] = [];
    await takeBatch(
      inputs.map((input) => ['note', input]),
      (told) => answers.push(...told),
    );
    const answered = inputs.filter((_, index) => 'answer' in (answers[index] ?? {}));
    expect(answered.map(({ name }) => name)).not.toContain('large');
    expect(answers[1]).toMatchObject({
      fault: {
        refused: 'unavailable',
        sentence: 'The disk that holds the database is full: free some space.',
      },
    });
    expect(await storedNotes(database.storage.tables)).toEqual(answered.map(({ name }) => name));
  });
});

describe('a batch of many transactions', () => {
  it('tells what each of them stored when it is on disk, before the next is taken', async () => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const connection = openSqliteConnection(sqliteFile(database.dataFolder));
    onTestFinished(() => {
      connection.database.close();
    });
    const seen: Promise<string[]>[] = [];
    const note = async (tables: Tables, name: string) => {
      // Longer than a transaction may last.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
      await tables.settings.put({ name, value: '', description: '', isSecret: false, isActive: true });
      return name;
    };
    const told: unknown[] = [];
    await batchTaker(connection, { note })(
      ['one', 'two', 'three'].map((name) => ['note', name]),
      (answers) => {
        told.push(answers);
        seen.push(storedNotes(database.storage.tables));
      },
    );
    expect(told).toEqual([[{ answer: 'one' }], [{ answer: 'two' }], [{ answer: 'three' }]]);
    expect((await Promise.all(seen)).map((names) => names.length)).toEqual([1, 2, 3]);
  });
});
