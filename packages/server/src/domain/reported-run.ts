import { type Refusal, refuse } from '@remotes/protocol/errors';
import type { HostMessage } from '@remotes/protocol/messages';
import type { MessageRefusal } from '@remotes/protocol/messages/refusal';
import { currentDefinitions } from './definitions.ts';
import { steadyRun } from './jobs/job-slots.ts';
import type { Run, Tables } from './ports.ts';

/** What a report names. */
export type Reported = { hostId: number; runId: string; attempt: number };

/** The run that a host speaks of, and whether of an attempt that another has followed: then nothing is moved. */
export async function findReported(
  tables: Tables,
  { hostId, runId, attempt }: Reported,
): Promise<{ run: Run; isOlder: boolean } | Refusal> {
  const known = await tables.runs.byId(runId);
  const run = known && (await steadyRun(tables, known));
  if (run && run.hostId !== hostId) return refuse('not_this_hosts_run');
  if (run && attempt <= run.attempt) return { run, isOlder: attempt < run.attempt };
  // A database that was restored does not know it yet: the report is good once the host has told its past.
  return refuse((await isPastWanted(tables, hostId)) ? 'past_wanted' : 'not_this_hosts_run');
}

async function isPastWanted(tables: Tables, hostId: number): Promise<boolean> {
  const host = await tables.hosts.byId(hostId);
  const { storeId } = await currentDefinitions(tables);
  return host !== undefined && host.toldStoreId !== storeId;
}

/** A refusal about one run, which the messages behind it survive. */
export function refusalAbout(
  message: Extract<HostMessage, { run: string }>,
  { refused, sentence }: Refusal,
): MessageRefusal {
  return { type: 'refusal', of: message.type, run: message.run, code: refused, sentence };
}
