import type { Tables } from './ports.ts';

/** Far more than anybody gives between two backups. */
const passedOver = 1_000_000;

/**
 * A database that was put back from a backup counts as another store: each host tells it what it ran since. Wire numbers
 * that were given since then stand for other commands in the hosts' journals, so none of them is given again. Operators
 * sign in anew.
 */
export async function becomeAnotherStore(
  tables: Tables,
  { storeId, now }: { storeId: string; now: number },
): Promise<void> {
  await tables.server.setStoreId(storeId);
  await tables.events.startAnew();
  // Those that had ended since the backup would be good again.
  await tables.operatorSessions.removeAll();
  await tables.setupLinks.removeAll();
  await tables.deviceLogins.removeAll();
  const passed = (await tables.commands.highestWireNumber()) + passedOver;
  await tables.commands.reserveWireNumbers(Math.max(passed, numberByClock(now)));
}

/**
 * What was given after an earlier restore is not in the backup either. No number of then reaches those of now, as long as no
 * four are given each second from one restore to the next; and for years they stay below 2³¹.
 */
function numberByClock(now: number): number {
  return Math.floor((now - Date.UTC(2026, 0)) / 250);
}
