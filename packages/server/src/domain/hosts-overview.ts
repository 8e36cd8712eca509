import { type HostOutline, outlineOf } from './host-outline.ts';
import type { HostInBrief, Tables } from './ports.ts';

/** Every host in a few words, kept in memory: a filter looks at all of them, and reading them takes longer than that. */
export type HostsOverview = {
  /**
   * All hosts by name, as they are now: what has changed since the last call is read anew, and nothing else. So it is never
   * older than the call, whoever changed something on whichever server.
   */
  current(): Promise<readonly HostOutline[]>;
};

/** So many are read at once; between two reads others get their turn. */
const readAtOnce = 5_000;

export function createHostsOverview({ hosts: table }: Pick<Tables, 'hosts'>): HostsOverview {
  let known: { readonly place: string; readonly hosts: readonly HostOutline[] } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<readonly HostOutline[]> | undefined;

  const refresh = async () => {
    // Before anything is read: what changes from here on is read again next time.
    const place = await table.changesPlace();
    const changed = await readChanged(table, known?.place);
    const removed = known ? await table.removedSince(known.place) : [];
    const hosts = known ? renewed(known.hosts, changed, removed) : changed.toSorted(byName);
    known = { place, hosts };
    return hosts;
  };

  return Object.freeze({
    current() {
      // One after the other, so that what was read earlier never takes the place of what was read later.
      next ??= last.then(() => {
        next = undefined;
        return refresh();
      });
      last = next.catch(() => {});
      return next;
    },
  });
}

async function readChanged(table: Tables['hosts'], since: string | undefined): Promise<HostOutline[]> {
  const read: HostOutline[] = [];
  let some: HostInBrief[] = [];
  do {
    if (some.length > 0) await new Promise(setImmediate);
    some = await table.inBrief({
      scope: null,
      ...(since !== undefined && { changedSince: since }),
      page: { afterId: read.at(-1)?.id ?? 0, limit: readAtOnce },
    });
    for (const host of some) read.push(outlineOf(host));
  } while (some.length === readAtOnce);
  return read;
}

function renewed(
  former: readonly HostOutline[],
  changed: readonly HostOutline[],
  removed: readonly number[],
): readonly HostOutline[] {
  if (changed.length === 0 && removed.length === 0) return former;
  const gone = new Set([...removed, ...changed.map(({ id }) => id)]);
  // A removed host may have been read before it went.
  const isRemoved = new Set(removed);
  const fresh = changed.filter(({ id }) => !isRemoved.has(id));
  return [...former.filter(({ id }) => !gone.has(id)), ...fresh].sort(byName);
}

function byName(one: HostOutline, other: HostOutline): number {
  return one.name < other.name ? -1 : 1;
}
