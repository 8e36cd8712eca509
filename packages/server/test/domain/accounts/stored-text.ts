import type { EmptyDatabase } from '../../databases.ts';
import { connectTo } from '../../storage/raw-connection.ts';

const tableNames = {
  sqlite: "select name from sqlite_master where type = 'table'",
  postgres: "select table_name as name from information_schema.tables where table_schema = 'public'",
} as const;

/** All rows of all tables as text: what a copy of the database would give away. */
export async function storedText(database: EmptyDatabase): Promise<string> {
  const connection = await connectTo(database);
  const ask = (text: string) => connection.all<object>({ name: undefined, text }, []);
  const tables = (await ask(tableNames[database.kind])) as { name: string }[];
  const rows = [];
  for (const { name } of tables) rows.push(...(await ask(`select * from "${name}"`)));
  return JSON.stringify(rows);
}
