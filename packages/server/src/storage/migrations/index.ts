import type { Compilable, Kysely } from 'kysely';
import { up as hostsCommandsRuns } from './0001-hosts-commands-runs.ts';

export type Migration = {
  readonly name: string;
  readonly up: (db: Kysely<unknown>, kind: 'sqlite' | 'postgres') => Compilable[];
};

/** In the order in which they are applied. Append; never edit one that has landed. */
export const migrations: readonly Migration[] = [{ name: '0001-hosts-commands-runs', up: hostsCommandsRuns }];
