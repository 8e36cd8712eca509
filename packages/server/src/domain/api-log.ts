import type { Definitions, DefinitionsView } from './definitions.ts';
import type { ApiLogEntry } from './ports.ts';
import { isSwitchedOn, steeringSetting } from './steering-settings.ts';

/** The log of requests that administrators can read back: gathered here, written in batches, bounded. */
export type ApiLog = {
  /** Whether a request of this host (null: nobody known) is to be logged, and with what was sent. */
  wanted(hostName: string | null): 'no' | 'yes' | 'with_arguments';
  add(entry: ApiLogEntry): void;
  /** What was gathered since the last call, and how many entries were dropped because too many came at once. */
  take(): { entries: ApiLogEntry[]; dropped: number };
};

const capacity = 20_000;

export function createApiLog(definitions: DefinitionsView): ApiLog {
  let entries: ApiLogEntry[] = [];
  let dropped = 0;
  return Object.freeze({
    wanted(hostName: string | null) {
      const known = definitions.latest();
      if (!known) return 'no';
      const { isEnabled, withArguments, unlogged } = switchesOf(known);
      if (!isEnabled || (hostName !== null && unlogged.has(hostName))) return 'no';
      return withArguments ? 'with_arguments' : 'yes';
    },
    add(entry: ApiLogEntry) {
      if (entries.length < capacity) entries.push(entry);
      else dropped += 1;
    },
    take() {
      const taken = { entries, dropped };
      entries = [];
      dropped = 0;
      return taken;
    },
  });
}

type Switches = { isEnabled: boolean; withArguments: boolean; unlogged: ReadonlySet<string> };
const remembered = new WeakMap<Definitions, Switches>();

function switchesOf(definitions: Definitions): Switches {
  let switches = remembered.get(definitions);
  if (!switches) {
    const names = steeringSetting(definitions, 'apilog_filter_users') ?? '';
    switches = {
      isEnabled: isSwitchedOn(definitions, 'apilog_enable_logging'),
      withArguments: isSwitchedOn(definitions, 'apilog_include_arguments'),
      unlogged: new Set(names.split(/[\s,;]+/).filter(Boolean)),
    };
    remembered.set(definitions, switches);
  }
  return switches;
}
