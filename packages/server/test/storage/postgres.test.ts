import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { isRefusal } from '@remotes/protocol/errors';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Tables } from '../../src/domain/ports.ts';
import { isStartProblem } from '../../src/domain/start-problem.ts';
import { openPostgresStorage } from '../../src/storage/postgres.ts';
import { createDatabase } from '../databases.ts';
import { openNotes, storedNotes } from './notes.ts';

describe('a PostgreSQL that goes away', () => {
  it('makes every request unavailable, and is used again once it is back', async () => {
    const { url, cut, mend } = await behindWire(await freshUrl());
    const notes = await openNotes({ dataFolder: '', databaseUrl: url }, 'server');
    onTestFinished(() => notes.close());
    await notes.decide('note', 'before');

    cut();
    for (const trouble of await Promise.all([
      notes.decide('note', 'lost').catch((thrown) => thrown),
      notes.tables.server.epoch().catch((thrown) => thrown),
    ])) {
      expect(isRefusal(trouble) && trouble.refused).toBe('unavailable');
    }

    mend();
    await notes.decide('note', 'after');
    expect((await storedNotes(notes.tables)).toSorted()).toEqual(['after', 'before']);
  });

  it('makes a decision unavailable that it interrupts, and does not end the process', async () => {
    const { url, cut, mend } = await behindWire(await freshUrl());
    const decisions = { work: (tables: Tables, work: (tables: Tables) => Promise<void>) => work(tables) };
    const storage = await openPostgresStorage(url, decisions, {});
    onTestFinished(() => storage.close());
    const news = new EventEmitter();
    const decide = storage.decide as (
      name: string,
      work: (tables: Tables) => Promise<void>,
    ) => Promise<unknown>;
    const asked = decide('work', async ({ server }) => {
      await server.setPaused(true);
      const wireIsCut = once(news, 'cut');
      news.emit('inside');
      await wireIsCut;
      await server.bumpEpoch();
    }).catch((thrown) => thrown);
    await once(news, 'inside');
    cut();
    news.emit('cut');
    expect(await asked).toMatchObject({ refused: 'unavailable' });
    mend();
    expect(await storage.tables.server.read()).toMatchObject({ isPaused: false, epoch: 0 });
  });
});

describe('decisions of several servers that share a PostgreSQL', () => {
  type HostWork = { hostId: number; work: (tables: Tables) => Promise<unknown> };
  const decisions = {
    ofHost: (tables: Tables, { work }: HostWork) => work(tables),
    ofFleet: (tables: Tables, work: (tables: Tables) => Promise<unknown>) => work(tables),
  };
  const openTwo = async () => {
    const url = await freshUrl();
    const open = async () => {
      const storage = await openPostgresStorage(url, decisions, { ofHost: 'host' });
      onTestFinished(() => storage.close());
      return storage.decide as (name: keyof typeof decisions, input: unknown) => Promise<unknown>;
    };
    return [await open(), await open()] as const;
  };
  const count = async ({ settings }: Tables) => {
    const value = Number((await settings.list())[0]?.value ?? 0) + 1;
    await settings.put({ name: 'n', value: String(value), description: '', isSecret: false, isActive: true });
    return value;
  };
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
  const sorted = (counts: unknown[]) => counts.toSorted((one, other) => Number(one) - Number(other));

  it('exclude each other where they may touch anything', async () => {
    const servers = await openTwo();
    const counts = await Promise.all(upTo(20).map((i) => servers[i % 2]?.('ofFleet', count)));
    expect(sorted(counts)).toEqual(upTo(20));
  });

  it('exclude each other where they are about the same host', async () => {
    const servers = await openTwo();
    const counts = await Promise.all(
      upTo(20).map((i) => servers[i % 2]?.('ofHost', { hostId: 1, work: count })),
    );
    expect(sorted(counts)).toEqual(upTo(20));
  });

  it('exclude those about the whole fleet where they are about one host', async () => {
    const servers = await openTwo();
    const counts = await Promise.all(
      upTo(20).map((i) =>
        i % 2 ? servers[0]('ofFleet', count) : servers[1]('ofHost', { hostId: 1, work: count }),
      ),
    );
    expect(sorted(counts)).toEqual(upTo(20));
  });

  it('go side by side where they are about different hosts', async () => {
    const [one, other] = await openTwo();
    const news = new EventEmitter();
    const otherIsInside = once(news, 'other');
    const waits = one('ofHost', { hostId: 1, work: () => otherIsInside });
    await other('ofHost', { hostId: 2, work: async () => news.emit('other') });
    await waits;
  });
});

describe('a PostgreSQL that cannot be used', () => {
  const openAt = (databaseUrl: string) =>
    openNotes({ dataFolder: '', databaseUrl }, 'server').catch((thrown) => thrown);

  it.each([
    ['a wrong password', (url: URL) => (url.password = 'wrong'), /refuses this user or password/],
    ['no such database', (url: URL) => (url.pathname = '/nowhere'), /has no database of this name/],
    ['nobody listening', (url: URL) => (url.port = '1'), /cannot be reached/],
  ])('is told in a sentence without the password: %s', async (_, spoil, sentence) => {
    const url = new URL(await freshUrl());
    const { password } = url;
    spoil(url);
    const trouble = await openAt(url.href);
    expect(isStartProblem(trouble)).toBe(true);
    expect(trouble.message).toMatch(sentence);
    expect(trouble.message).not.toContain(password);
  });
});

async function freshUrl(): Promise<string> {
  const database = await createDatabase('postgres');
  onTestFinished(database.remove);
  return database.databaseUrl ?? '';
}

/** A wire to the database that can be cut, as when its machine goes down, and mended. */
async function behindWire(target: string) {
  const url = new URL(target);
  const { hostname, port } = url;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  let isCut = false;
  const server: Server = createServer((incoming) => {
    keep(incoming);
    if (isCut) {
      incoming.destroy();
      return;
    }
    const outgoing = keep(connect(Number(port), hostname));
    incoming.pipe(outgoing).pipe(incoming);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  url.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: url.href,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
  };
}
