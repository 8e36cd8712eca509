import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqliteFile } from '../../src/storage/open.ts';
import { createDatabase, databaseKinds, type EmptyDatabase } from '../databases.ts';
import { type NoteStorage, openNotes, storedNotes } from './notes.ts';
import { startProgram } from './program.ts';

const ways = [
  { kind: 'sqlite', mode: 'server' },
  { kind: 'sqlite', mode: 'inline' },
  { kind: 'postgres', mode: 'server' },
] as const;

describe.each(ways)('deciding on $kind ($mode)', ({ kind, mode }) => {
  const open = async () => {
    const database = await freshDatabase(kind);
    return notesOn(database, mode);
  };

  it('answers, and readers see what was answered', async () => {
    const notes = await open();
    expect(await notes.decide('note', 'one')).toBe('one');
    expect(await storedNotes(notes.tables)).toEqual(['one']);
  });

  it('undoes a decision that fails, and nothing else that was asked with it', async () => {
    const notes = await open();
    const asked = [
      notes.decide('note', 'before'),
      notes.decide('noteAndFail', 'undone'),
      notes.decide('note', 'after'),
    ];
    const ends = await Promise.allSettled(asked);
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await storedNotes(notes.tables)).toSorted()).toEqual(['after', 'before']);
  });

  it('tells a fault with the lines that it came from', async () => {
    const notes = await open();
    const fault = await notes.decide('noteAndFail', 'x').catch((thrown) => thrown);
    expect(fault).toBeInstanceOf(Error);
    expect(fault.message).toBe('"x" was not meant to last');
    expect(fault.stack).toContain('notes.ts');
  });

  it('rejects a decision that there is none of', async () => {
    const notes = await open();
    await expect(notes.decide('nothing' as 'note', '')).rejects.toThrow('There is no decision "nothing"');
  });

  it('hands out other tables after a fault, so that what was remembered beside them is forgotten', async () => {
    const notes = await open();
    await notes.decide('areTablesTheSame', null);
    await expect(notes.decide('noteAndFail', 'x')).rejects.toThrow();
    expect(await notes.decide('areTablesTheSame', null)).toBe(false);
    expect(await notes.decide('areTablesTheSame', null)).toBe(true);
  });

  it('lets none of many decisions at once act on what another one changes', async () => {
    const notes = await open();
    const counts = await Promise.all(Array.from({ length: 30 }, () => notes.decide('count', 'visitors')));
    expect(counts.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it('keeps decisions apart even when one gives way in the middle', async () => {
    const notes = await open();
    const asked = Array.from({ length: 5 }, (_, i) => notes.decide('noteSlowly', `slow-${i}`));
    expect(await Promise.all(asked)).toEqual([1, 1, 1, 1, 1]);
  });

  it('finishes what waits when it closes', async () => {
    const database = await freshDatabase(kind);
    const notes = await openNotes(database, mode);
    const asked = Array.from({ length: 20 }, (_, i) => notes.decide('note', `n${i}`));
    await notes.close();
    await Promise.all(asked);
    expect(await storedNotes((await notesOn(database, mode)).tables)).toHaveLength(20);
  });

  it('loses nothing that was answered when the process is killed', async () => {
    const database = await freshDatabase(kind);
    const program = startProgram(
      'note-without-end',
      'killed',
      database.dataFolder,
      database.databaseUrl ?? '',
    );
    await program.untilLines(500);
    program.kill();
    const { lines, signal } = await program.ended;
    expect(signal).toBe('SIGKILL');
    const stored = new Set(await storedNotes((await notesOn(database, mode)).tables));
    expect(lines.filter((note) => !stored.has(note))).toEqual([]);
  });

  it('dies before the commit where it was told to, and nothing is stored', async () => {
    const { lines, stored } = await crash('before-commit');
    expect(lines).toEqual([]);
    expect(stored).toEqual([]);
  });

  it('dies after the commit where it was told to, and what was never answered is stored', async () => {
    const { lines, stored } = await crash('after-commit:note');
    expect(lines).toEqual([]);
    expect(stored.length).toBeGreaterThan(0);
  });

  it('goes past the crash point of another decision', async () => {
    const database = await freshDatabase(kind);
    const { dataFolder, databaseUrl } = database;
    const program = startProgram(
      'note-without-end',
      'x',
      dataFolder,
      databaseUrl ?? '',
      'before-commit:count',
    );
    await program.untilLines(10);
  });

  async function crash(at: string) {
    const database = await freshDatabase(kind);
    const { dataFolder, databaseUrl } = database;
    const program = startProgram('note-without-end', 'crash', dataFolder, databaseUrl ?? '', at);
    const { lines, signal } = await program.ended;
    expect(signal).toBe('SIGKILL');
    return { lines, stored: await storedNotes((await notesOn(database, mode)).tables) };
  }
});

describe.each(databaseKinds)('beside a loaded server, on %s', (kind) => {
  it('lets a program of another process write within moments', async () => {
    const database = await freshDatabase(kind);
    const notes = await notesOn(database, 'server');
    let isOver = false;
    const load = Array.from({ length: 64 }, async (_, caller) => {
      for (let count = 0; !isOver; count += 1) await notes.decide('note', `load-${caller}-${count % 10}`);
    });
    const { dataFolder, databaseUrl } = database;
    const program = startProgram(
      'note-a-few',
      dataFolder,
      ...(databaseUrl === undefined ? [] : [databaseUrl]),
    );
    const { status, lines, stderr } = await program.ended;
    isOver = true;
    await Promise.all(load);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(lines).toHaveLength(20);
    expect(Math.max(...lines.map(Number))).toBeLessThan(1000);
  });
});

describe('deciding on sqlite in a thread', () => {
  it('shares one commit among the decisions that wait together', async () => {
    const database = await freshDatabase('sqlite');
    const notes = await notesOn(database, 'server');
    const before = commitsInLog(database);
    await Promise.all(Array.from({ length: 64 }, (_, i) => notes.decide('note', `n${i}`)));
    expect(commitsInLog(database) - before).toBeLessThanOrEqual(2);
    expect(await storedNotes(notes.tables)).toHaveLength(64);
  });

  it('ends the process, and answers nobody, when the thread dies', async () => {
    const database = await freshDatabase('sqlite');
    const { status, lines, stderr } = await startProgram('die-while-writing', database.dataFolder).ended;
    expect(status).toBeGreaterThan(0);
    expect(lines).toEqual([
      'rejected: The thread that writes the database died.',
      'rejected: The thread that writes the database died.',
    ]);
    expect(stderr).toContain('struck by lightning');
  });
});

async function freshDatabase(kind: EmptyDatabase['kind']): Promise<EmptyDatabase> {
  const database = await createDatabase(kind);
  onTestFinished(database.remove);
  return database;
}

async function notesOn(database: EmptyDatabase, mode: 'server' | 'inline'): Promise<NoteStorage> {
  const notes = await openNotes(database, mode);
  onTestFinished(() => notes.close());
  return notes;
}

/** Counts the frames of the write-ahead log that end a transaction: those that name the database's size (sqlite.org/fileformat2.html 4.1). */
function commitsInLog({ dataFolder }: EmptyDatabase): number {
  const log = readFileSync(`${sqliteFile(dataFolder)}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let frame = 32; frame < log.length; frame += frameBytes) {
    if (log.readUInt32BE(frame + 4) !== 0) commits += 1;
  }
  return commits;
}
