import { type Compilable, type Kysely, sql } from 'kysely';

type Kind = 'sqlite' | 'postgres';

/**
 * Which hosts changed since somebody looked, so that who keeps all of them in memory reads those alone. What a visit
 * changes is no change here.
 */
export function up(db: Kysely<unknown>, kind: Kind): Compilable[] {
  const raw = (statement: string): Compilable => ({ compile: () => sql.raw(statement).compile(db) });
  return [...steps[kind], 'create index hosts_changed on hosts (changed)'].map(raw);
}

const next = `(select 1 + max(coalesce((select max(changed) from hosts), 0),
  coalesce((select max(changed) from hosts_removed), 0)))`;

const columns = ['name', 'state', 'channel_key', 'facts'];

const steps = {
  // One writes at a time: numbers that rise are enough. A host that goes is counted before it does.
  sqlite: [
    'alter table hosts add column changed integer not null default 0',
    'create table hosts_removed (host_id integer primary key, changed integer not null)',
    'create index hosts_removed_changed on hosts_removed (changed)',
    `create trigger hosts_added_changed after insert on hosts
      begin update hosts set changed = ${next} where id = new.id; end`,
    `create trigger hosts_changed_changed after update of ${columns.join()} on hosts
      when ${columns.map((column) => `new.${column} is not old.${column}`).join(' or ')}
      begin update hosts set changed = ${next} where id = new.id; end`,
    `create trigger hosts_removed_changed before delete on hosts
      begin insert into hosts_removed (host_id, changed) values (old.id, ${next}); end`,
  ],
  // The transaction's own number: whatever a later look may find new has one that had not ended at the look before.
  postgres: [
    'alter table hosts add column changed xid8 not null default pg_current_xact_id()',
    'create table hosts_removed (host_id bigint not null primary key, changed xid8 not null default pg_current_xact_id())',
    'create index hosts_removed_changed on hosts_removed (changed)',
    `create function hosts_changed() returns trigger language plpgsql as
      $$ begin new.changed := pg_current_xact_id(); return new; end $$`,
    `create trigger hosts_changed before update of ${columns.join()} on hosts
      for each row when (${columns.map((column) => `new.${column} is distinct from old.${column}`).join(' or ')})
      execute function hosts_changed()`,
    `create function hosts_removed() returns trigger language plpgsql as
      $$ begin insert into hosts_removed (host_id) values (old.id); return null; end $$`,
    `create trigger hosts_removed after delete on hosts for each row execute function hosts_removed()`,
  ],
};
