import { expect, test } from 'vitest';
import { openTicket, type SessionTicket, sealTicket } from '../../src/domain/session-ticket.ts';
import { freshenTicketKeys } from '../../src/domain/ticket-keys.ts';
import { eachDatabase } from '../databases.ts';
import { createFleet } from './small-fleet.ts';

const minuteMs = 60 * 1000;
const hourMs = 60 * minuteMs;
const ticket: SessionTicket = {
  secret: Buffer.alloc(32, 1),
  transcript: Buffer.alloc(32, 2),
  begunAt: 1_799_913_600_000,
  expiresAt: 1_800_000_000_000,
  host: { id: 7, channelKey: Buffer.alloc(32, 3).toString('base64url') },
};

eachDatabase((open) => {
  test('a new ticket key is made every twelve hours; each opens what it sealed for a day and a half', async () => {
    const { mind, pass } = await createFleet(await open());
    const freshen = () => freshenTicketKeys(mind.storage, mind.masterKey, mind.clock());
    const [first] = await mind.ticketKeys();
    const sealed = sealTicket(await mind.ticketKeys(), 'key', ticket);
    pass(12 * hourMs - 1);
    await freshen();
    expect(await mind.ticketKeys()).toHaveLength(1);
    for (const count of [2, 3]) {
      pass(12 * hourMs);
      await freshen();
      await freshen();
      expect(await mind.ticketKeys()).toHaveLength(count);
    }
    expect((await mind.ticketKeys()).at(-1)?.id).toBe(first?.id);
    expect(openTicket(await mind.ticketKeys(), 'key', sealed, ticket.begunAt)).toEqual(ticket);
    pass(12 * hourMs);
    await freshen();
    expect((await mind.ticketKeys()).map(({ id }) => id)).not.toContain(first?.id);
    expect(openTicket(await mind.ticketKeys(), 'key', sealed, ticket.begunAt)).toBeUndefined();
  });

  test('servers that look at the same moment make one ticket key', async () => {
    const database = await open();
    const { mind, pass } = await createFleet(database);
    const other = await database.openAgain();
    pass(13 * hourMs);
    await Promise.all(
      [mind.storage, other, mind.storage].map((storage) =>
        freshenTicketKeys(storage, mind.masterKey, mind.clock()),
      ),
    );
    expect(await database.storage.tables.server.ticketKeys()).toHaveLength(2);
  });

  test('a ticket of a stranger names no host, and no ticket opens under another signing key of the server', async () => {
    const { mind } = await createFleet(await open());
    const keys = await mind.ticketKeys();
    const stranger = { ...ticket, host: undefined };
    expect(openTicket(keys, 'key', sealTicket(keys, 'key', stranger), ticket.begunAt)).toEqual(stranger);
    expect(openTicket(keys, 'other key', sealTicket(keys, 'key', ticket), ticket.begunAt)).toBeUndefined();
    expect(openTicket(keys, 'key', Buffer.alloc(0), ticket.begunAt)).toBeUndefined();
    expect(() => sealTicket([], 'key', ticket)).toThrow('There is no ticket key.');
  });

  test('a ticket opens only with times that a server says: begun by now, as far as clocks differ, for a day', async () => {
    const { mind } = await createFleet(await open());
    const keys = await mind.ticketKeys();
    const opened = (times: Partial<SessionTicket>) =>
      openTicket(keys, 'key', sealTicket(keys, 'key', { ...ticket, ...times }), ticket.begunAt);
    const { begunAt, expiresAt } = ticket;
    expect(opened({ begunAt: begunAt + minuteMs })).toBeDefined();
    expect(opened({ begunAt: begunAt + 6 * minuteMs, expiresAt: expiresAt + 6 * minuteMs })).toBeUndefined();
    expect(opened({ begunAt: 2 ** 53 })).toBeUndefined();
    expect(opened({ expiresAt: expiresAt + minuteMs })).toBeDefined();
    expect(opened({ expiresAt: expiresAt + 6 * minuteMs })).toBeUndefined();
  });

  test('a clock that was set back does not keep a ticket key for ever', async () => {
    const { mind, pass } = await createFleet(await open());
    pass(-30 * hourMs);
    await freshenTicketKeys(mind.storage, mind.masterKey, mind.clock());
    expect(await mind.ticketKeys()).toHaveLength(2);
  });
});
