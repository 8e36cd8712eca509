import { sql } from 'kysely';
import type { Host } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { sqlOnce } from '../prepared.ts';
import { listOf } from './id-list.ts';

export function hostsStandings(
  connection: Connection,
  ids: readonly number[],
): Promise<Pick<Host, 'id' | 'state' | 'channelKey' | 'sessionsFrom'>[]> {
  return sqlOnce(
    connection,
    sql`select id, state, channel_key as "channelKey", sessions_from as "sessionsFrom" from hosts
      where id in ${listOf(connection.kind, ids)}`,
  );
}
