import type { Compilable, Kysely } from 'kysely';
import { up as hostsCommandsRuns } from './0001-hosts-commands-runs.ts';
import { up as sealedProtocol } from './0002-sealed-protocol.ts';
import { up as requestOrder } from './0003-request-order.ts';

export type Migration = {
  readonly name: string;
  readonly up: (db: Kysely<unknown>, kind: 'sqlite' | 'postgres') => Compilable[];
};

/** In the order in which they are applied. Append; never edit one that has landed. */
export const migrations: readonly Migration[] = [
  { name: '0001-hosts-commands-runs', up: hostsCommandsRuns },
  { name: '0002-sealed-protocol', up: sealedProtocol },
  { name: '0003-request-order', up: requestOrder },
];
