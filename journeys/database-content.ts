import type { Connection } from '../packages/server/src/storage/connection.ts';

/** What changes without anything having happened: who came when. */
const visitColumns = ['last_seen_at', 'usual_interval_ms', 'last_address', 'client_agent', 'client_version'];

/** What was done before gets into the audit's chain, and into the counts of runs, a moment later. */
const passing = ['api_log', 'audit_notes', 'audit_entries', 'audit_checkpoints', 'run_moves', 'run_tallies'];

/** Every row of every table but the API log, the audit, and the counts that the rows of runs make. */
export async function readContent(connection: Connection): Promise<Record<string, unknown[]>> {
  const content: Record<string, unknown[]> = {};
  for (const table of await tableNames(connection)) {
    if (passing.includes(table)) continue;
    const rows = await connection.all<Record<string, unknown>>(ask(`select * from ${table}`), []);
    content[table] = rows.map((row) => {
      const kept = Object.entries(row).filter(([name]) => !visitColumns.includes(name));
      return JSON.stringify(
        kept.map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('hex') : value]),
      );
    });
    content[table].sort();
  }
  return content;
}

async function tableNames(connection: Connection): Promise<string[]> {
  const from =
    connection.kind === 'sqlite'
      ? "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
      : "select table_name as name from information_schema.tables where table_schema = 'public'";
  return (await connection.all<{ name: string }>(ask(from), [])).map(({ name }) => name).sort();
}

function ask(text: string) {
  return { name: undefined, text };
}
