import { access } from 'node:fs/promises';
import { openJournalFile } from './journal-file.ts';
import type { HeldRecord, JournalRun, PastRecord } from './journal-record.ts';
import { stateOf } from './run-state.ts';

/**
 * What this host ever did by the sealed protocol. It only grows, some 400 bytes a run, apart from the journal: so it takes no room
 * from results that wait, and the journal is empty when all of them are stored.
 */
export type Past = {
  /** Of the file; undefined while there is none. */
  readonly id: () => string | undefined;
  /** Something in it was lost, and is not found again. */
  readonly isDamaged: boolean;
  readonly all: () => readonly PastRecord[];
  /** This attempt of the run has begun before, or a later one has. */
  readonly hasBegun: (run: string, attempt: number) => boolean;
  /** Synced. Throws what the file system does. */
  readonly add: (record: PastRecord) => Promise<void>;
  readonly isBroken: () => boolean;
  readonly notices: readonly string[];
  readonly close: () => Promise<void>;
};

/** Reads the file; makes it when there is something to keep. */
export async function openPast(path: string): Promise<Past> {
  let opened = (await exists(path)) ? await openJournalFile(path) : undefined;
  const all = new Map<string, PastRecord>();
  const begunAttempts = new Map<string, number>();
  const take = (record: PastRecord) => {
    all.set(record.run, record);
    if (record.state === 'refused') return;
    begunAttempts.set(record.run, Math.max(record.attempt, begunAttempts.get(record.run) ?? 0));
  };
  const hasBegun = (run: string, attempt: number) => (begunAttempts.get(run) ?? 0) >= attempt;
  for (const record of opened?.records ?? []) if (record.kind === 'past') take(record);
  const isNew = opened !== undefined && opened.file.id() === undefined;
  // What is damaged has been put aside, and must not be found again.
  if (opened?.isDamaged || isNew) await opened?.file.replace([...all.values()], { isNew }).catch(() => {});

  return {
    id: () => opened?.file.id(),
    isDamaged: opened?.isDamaged ?? false,
    all: () => [...all.values()],
    hasBegun,
    async add(record) {
      if (record.state === 'refused' && begunAttempts.has(record.run)) return;
      opened ??= await openJournalFile(path);
      await opened.file.append(record, true);
      take(record);
    },
    isBroken: () => opened?.file.isBroken() ?? false,
    notices: opened?.notices ?? [],
    close: async () => opened?.file.close(),
  };
}

/** What is kept of a run when the server has stored it; undefined for one that came by v1, which the server knows by its number. */
export function pastOf(record: HeldRecord): PastRecord | undefined {
  if (record.kind === 'begun') return pastRecord(record.run, { state: 'interrupted' });
  const { outcome } = record;
  return pastRecord(record.run, {
    state: stateOf(outcome),
    exitCode: outcome.exitCode,
    finishedAtMs: Math.round(outcome.startedAtMs + outcome.durationMs),
  });
}

export function pastRecord(
  { commandId, name = '', host, given }: JournalRun,
  {
    state,
    exitCode = null,
    finishedAtMs = null,
  }: {
    state: PastRecord['state'];
    exitCode?: number | null | undefined;
    finishedAtMs?: number | null;
  },
): PastRecord | undefined {
  if (given === undefined) return undefined;
  return {
    kind: 'past',
    server: given.server,
    host,
    run: given.run,
    job: given.job,
    attempt: given.attempt,
    wire_number: commandId,
    revision: given.revision,
    name,
    state,
    exit_code: exitCode,
    finished_at_ms: finishedAtMs,
    manifest_expires_at_ms: given.manifestExpiresAtMs,
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
