// Writes millions of rows at once, past the server: into either database, which has its schema and nothing else.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../packages/server/package.json', import.meta.url));

/** A database as `seedFleet` wants it; whoever closes it finds it as if it had been in use for long. */
export function openForSeed(dataFolder, databaseUrl) {
  return databaseUrl === undefined ? openSqlite(join(dataFolder, 'remotes.db')) : openPostgres(databaseUrl);
}

async function openPostgres(databaseUrl) {
  const { Client } = require('pg');
  const client = new Client(databaseUrl);
  await client.connect();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  return {
    kind: 'postgres',
    run: (sql) => client.query(sql),
    async many(table, rows, explicitId) {
      const columns = Object.keys(rows[0]).join();
      await client.query(
        `insert into ${table} (${columns}) ${explicitId} select ${columns} from json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    },
    async layAside(table) {
      // A constraint's index stays with its constraint.
      const { rows } = await client.query(
        `select indexname, indexdef from pg_indexes where tablename = $1
          and indexname not in (select conname from pg_constraint)`,
        [table],
      );
      await client.query(`alter table ${table} disable trigger user`);
      for (const { indexname } of rows) await client.query(`drop index ${indexname}`);
      return async () => {
        for (const { indexdef } of rows) await client.query(indexdef);
        await client.query(`alter table ${table} enable trigger user`);
      };
    },
    async close() {
      await client.query('vacuum analyze');
      await client.query('checkpoint');
      await client.end();
    },
  };
}

function openSqlite(file) {
  const Database = require('better-sqlite3');
  const db = new Database(file);
  // Nobody else is here yet, and what is lost is made again.
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -1000000');
  db.pragma('temp_store = MEMORY');
  db.exec('begin');
  return {
    kind: 'sqlite',
    run: (sql) => db.exec(sql),
    many(table, rows) {
      const columns = Object.keys(rows[0]);
      const insert = db.prepare(
        `insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`,
      );
      for (const row of rows) insert.run(...Object.values(row));
    },
    layAside(table) {
      // A constraint's index has no words of its own.
      const laid = db
        .prepare(
          "select type, name, sql from sqlite_master where tbl_name = ? and type <> 'table' and sql is not null",
        )
        .all(table);
      for (const { type, name } of laid) db.exec(`drop ${type} ${name}`);
      return () => {
        for (const { sql } of laid) db.exec(sql);
      };
    },
    close() {
      db.exec('commit');
      db.pragma('journal_mode = WAL');
      db.close();
    },
  };
}
