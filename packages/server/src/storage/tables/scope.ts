import { sql } from 'kysely';
import type { Scope } from '../../domain/ports.ts';

/** Runs on hosts of these groups. */
export function within(scope: Scope) {
  if (scope === null) return sql``;
  const ids = scope.length === 0 ? sql`null` : sql.join(scope);
  return sql`and exists (select 1 from hosts_group_members member
    where member.host_id = runs.host_id and member.hosts_group_id in (${ids}))`;
}
