import type { MasterKey } from '@remotes/protocol/crypto/seal';
import { readRunStatement } from '@remotes/protocol/values/run-statement';
import { readUuid } from '@remotes/protocol/values/uuid';
import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { findWireNumber } from './command-finding.ts';
import { findHosts, readId } from './host-finding.ts';
import type { Run, RunFilter, Tables } from './ports.ts';
import { hasEnded, isYetToEnd } from './run-moves.ts';
import { type ShownStatement, shownStatement } from './statement-seal.ts';

const mostUnderWay = 10_000;

/** A run with the name of its host, and what the host signed about it. */
export type RunReading = Run & {
  readonly hostName: string;
  readonly signed: ShownStatement | null;
  /** How long the program ran, by the host's word; on v1, which has none, how long its report was waited for. */
  readonly durationMs: number | null;
};

/** Reads runs; remembers the names of hosts that it has met. The master key opens what hosts signed where it was sealed. */
export function createRunsReader(tables: Tables, masterKey?: MasterKey) {
  const names = new Map<number, string>();
  const withHostName = async (run: Run): Promise<RunReading> => {
    const hostName =
      names.get(run.hostId) ?? (await tables.hosts.byId(run.hostId))?.name ?? String(run.hostId);
    names.set(run.hostId, hostName);
    const signed = isYetToEnd(run.state) ? undefined : await tables.runs.statement(run.number);
    const shown = signed && shownStatement(masterKey, signed, run.id);
    return { ...run, hostName, signed: shown ?? null, durationMs: durationOf(run, shown) };
  };
  return Object.freeze({
    /** The newest that the filter lets through, oldest of them first. */
    async list(filter: RunFilter): Promise<RunReading[]> {
      const readings: RunReading[] = [];
      for (const run of await tables.runs.list(filter)) readings.unshift(await withHostName(run));
      return readings;
    },
    /** Those that are delivered and have not ended. */
    async underWay({ hostId, wireNumber }: Pick<RunFilter, 'hostId' | 'wireNumber'>): Promise<RunReading[]> {
      const readings: RunReading[] = [];
      for (const run of await tables.runs.overdue(Number.MAX_SAFE_INTEGER, mostUnderWay)) {
        const isMeant =
          (hostId === undefined || run.hostId === hostId) &&
          (wireNumber === undefined || run.wireNumber === wireNumber);
        if (isMeant) readings.push(await withHostName(run));
      }
      return readings;
    },
    async byNumber(number: number): Promise<RunReading | undefined> {
      const run = await tables.runs.byNumber(number);
      return run && withHostName(run);
    },
    /** The run with this number or UUID. */
    async find(reference: string): Promise<RunReading | AdministrationRefusal> {
      const uuid = readUuid(reference);
      const number = readId(reference);
      const run =
        uuid === undefined
          ? number !== undefined && (await tables.runs.byNumber(number))
          : await tables.runs.byId(uuid);
      if (run) return withHostName(run);
      return decline(
        'unknown_run',
        `There is no run "${reference}": "remotes-server runs" lists them by number.`,
      );
    },
  });
}
export type RunsReader = ReturnType<typeof createRunsReader>;

function durationOf(run: Run, signed: ShownStatement | undefined): number | null {
  const statement = signed?.statement ? readRunStatement(signed.statement) : undefined;
  // What was kept may be about an attempt that another has followed.
  if (statement?.attempt === run.attempt) return statement.duration_ms;
  return run.deliveredAt === null || run.finishedAt === null ? null : run.finishedAt - run.deliveredAt;
}

/** Reads which host and which command are meant. */
export async function readRunFilter(
  tables: Tables,
  { host, command }: { host: string | undefined; command: string | undefined },
): Promise<Pick<RunFilter, 'hostId' | 'wireNumber'> | AdministrationRefusal> {
  const filter: Pick<RunFilter, 'hostId' | 'wireNumber'> = {};
  if (host !== undefined) {
    const hosts = await findHosts(tables, [host]);
    if (isDeclined(hosts)) return hosts;
    filter.hostId = hosts[0]!.id;
  }
  if (command !== undefined) {
    const wireNumber = await findWireNumber(tables, command);
    if (isDeclined(wireNumber)) return wireNumber;
    filter.wireNumber = wireNumber;
  }
  return filter;
}

/**
 * Whether a program came to an end of its own, or may have, and nobody was told its exit status: plain v1 has no field
 * for it. Where a host signed how its run ended, there was none to tell.
 */
export function isExitUnknown({ state, exitCode, signal, signed }: RunReading): boolean {
  if (state !== 'interrupted' && signed !== null) return false;
  return ['succeeded', 'failed', 'interrupted'].includes(state) && exitCode === null && signal === null;
}

/** More may still be heard of it. */
export function isOpen({ state }: Run): boolean {
  return !hasEnded(state);
}
