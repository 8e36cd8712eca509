import type { Compilable, Kysely } from 'kysely';
import { up as hostsCommandsRuns } from './0001-hosts-commands-runs.ts';
import { up as sealedProtocol } from './0002-sealed-protocol.ts';
import { up as requestOrder } from './0003-request-order.ts';
import { up as auditNotes } from './0004-audit-notes.ts';
import { up as operators } from './0005-operators.ts';
import { up as jobs } from './0006-jobs.ts';
import { up as auditChainAndEvents } from './0007-audit-chain-and-events.ts';
import { up as apiRequests } from './0008-api-requests.ts';
import { up as nouns } from './0009-nouns.ts';
import { up as hostsChanged } from './0010-hosts-changed.ts';
import { up as runTallies } from './0011-run-tallies.ts';

export type Migration = {
  readonly name: string;
  readonly up: (db: Kysely<unknown>, kind: 'sqlite' | 'postgres') => Compilable[];
};

/** In the order in which they are applied. Append; never edit one that has landed. */
export const migrations: readonly Migration[] = [
  { name: '0001-hosts-commands-runs', up: hostsCommandsRuns },
  { name: '0002-sealed-protocol', up: sealedProtocol },
  { name: '0003-request-order', up: requestOrder },
  { name: '0004-audit-notes', up: auditNotes },
  { name: '0005-operators', up: operators },
  { name: '0006-jobs', up: jobs },
  { name: '0007-audit-chain-and-events', up: auditChainAndEvents },
  { name: '0008-api-requests', up: apiRequests },
  { name: '0009-nouns', up: nouns },
  { name: '0010-hosts-changed', up: hostsChanged },
  { name: '0011-run-tallies', up: runTallies },
];
