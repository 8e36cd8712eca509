import type { Logger } from 'pino';
import { writeAudit } from './domain/audit/chaining.ts';
import { pruneEvents } from './domain/events/event-pruning.ts';
import { tendJobs } from './domain/jobs/job-end.ts';
import type { Mind } from './domain/mind.ts';
import { freshenTicketKeys } from './domain/ticket-keys.ts';
import { removeSpentSetupLink } from './local/setup-link-handover.ts';

export type Chores = {
  /** Does what is gathered once more, then no more. */
  stop(): Promise<void>;
};

type ChoresConfig = { readonly apiLogDays: number; readonly dataFolder: string };

const dayMs = 24 * 60 * 60 * 1000;
const overdueAtOnce = 200;
const prunedAtOnce = 2_000;

/** What the server does by the clock. A chore that fails is logged and tried again at its next time. */
export function startChores(mind: Mind, log: Logger, { apiLogDays, dataFolder }: ChoresConfig): Chores {
  const chores = [
    repeat('record requests', 250, log, () => recordRequests(mind, log)),
    repeat('record visits', 5_000, log, () => mind.presence.record()),
    repeat('record the use of sessions and tokens', 5_000, log, () => recordCredentialUse(mind)),
    repeat('prune sessions', 600_000, log, () => mind.storage.decide('pruneAccounts', { now: mind.clock() })),
    repeat('remove a spent set-up link', 1_000, log, () => removeSpentSetupLink(mind, dataFolder)),
    repeat('interrupt overdue runs', 1_000, log, () => interruptOverdue(mind)),
    repeat('hand out what is due', 1_000, log, () => mind.delivery.sweep()),
    repeat('tend jobs', 1_000, log, () => tendJobs(mind)),
    repeat('sum up moves of runs', 1_000, log, () => sumUpMoves(mind)),
    repeat('renew the ticket key', 60_000, log, () =>
      freshenTicketKeys(mind.storage, mind.masterKey, mind.clock()),
    ),
    repeat('write the audit', 200, log, () => writeAudit(mind)),
    repeat('prune the events', 60_000, log, () => pruneEvents(mind)),
    repeat('prune the API log', 60_000, log, () => pruneApiLog(mind, apiLogDays)),
    repeat('prune Idempotency-Keys', 600_000, log, () =>
      mind.storage.decide('pruneIdempotencyKeys', { olderThan: mind.clock() - dayMs }),
    ),
  ];
  return Object.freeze({
    async stop() {
      await Promise.all(chores.map((chore) => chore.stop()));
      await recordRequests(mind, log);
      await mind.presence.record();
      await recordCredentialUse(mind);
      await writeAudit(mind, true);
    },
  });
}

async function recordRequests(mind: Mind, log: Logger): Promise<void> {
  const { entries, dropped } = mind.apiLog.take();
  if (dropped > 0) log.warn({ dropped }, 'The API log could not keep up: requests were left out of it.');
  if (entries.length > 0) await mind.storage.decide('recordRequests', entries);
}

async function recordCredentialUse(mind: Mind): Promise<void> {
  const uses = mind.credentialUse.take();
  if (uses.length > 0) await mind.storage.decide('recordCredentialUse', uses);
}

async function interruptOverdue(mind: Mind): Promise<void> {
  const now = mind.clock();
  // Looked at first, so that an idle server writes nothing.
  while ((await mind.storage.tables.runs.overdue(now, 1)).length > 0) {
    if ((await mind.storage.decide('interruptOverdueRuns', { now, limit: overdueAtOnce })) < overdueAtOnce)
      return;
  }
}

async function sumUpMoves(mind: Mind): Promise<void> {
  if (await mind.storage.tables.jobRuns.hasMoves()) await mind.storage.decide('foldRunMoves', null);
}

async function pruneApiLog(mind: Mind, days: number): Promise<void> {
  const olderThan = mind.clock() - days * dayMs;
  const limit = prunedAtOnce;
  while ((await mind.storage.decide('pruneApiLog', { olderThan, limit })) === limit);
}

/** Calls it again and again, each time a pause after the last call ended; never twice at once. */
function repeat(what: string, pauseMs: number, log: Logger, call: () => Promise<void>) {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  let current: Promise<void> = Promise.resolve();
  const next = () => {
    timer = setTimeout(() => {
      current = call()
        .catch((trouble) => log.error({ err: trouble }, `Could not ${what}; trying again.`))
        .then(() => {
          if (!isStopped) next();
        });
    }, pauseMs);
  };
  next();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
