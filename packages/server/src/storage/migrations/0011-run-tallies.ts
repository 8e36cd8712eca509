import { type Compilable, type Kysely, sql } from 'kysely';

type Kind = 'sqlite' | 'postgres';

/**
 * How many runs of each job are in which state, with which outcome. On PostgreSQL counting 50,000 index entries takes tens of
 * milliseconds, and looking their rows up besides as long as nothing has vacuumed them; on SQLite it takes two.
 */
export function up(db: Kysely<unknown>, kind: Kind): Compilable[] {
  const raw = (statement: string): Compilable => ({ compile: () => sql.raw(statement).compile(db) });
  return kind === 'sqlite' ? [] : steps.map(raw);
}

const ofRun = "wire_number, state, coalesce(outcome_hash, '')";

const steps = [
  `create table run_tallies (
    wire_number bigint not null,
    state text not null,
    outcome text not null,
    runs bigint not null,
    primary key (wire_number, state, outcome))`,
  // What is not in the tallies yet: only added to, as no two reports may wait for the same row.
  'create table run_moves (wire_number bigint not null, state text not null, outcome text not null, runs bigint not null)',
  'create index run_moves_wire_number on run_moves (wire_number)',
  `insert into run_tallies select ${ofRun}, count(*) from runs group by 1, 2, 3`,
  // Of a job's many new runs one row is told; most changes are of one run, and touch neither of the two columns.
  `create function tally_added() returns trigger language plpgsql as $$ begin
    insert into run_moves select ${ofRun}, count(*) from new_runs group by 1, 2, 3;
    return null;
  end $$`,
  `create function tally_changed() returns trigger language plpgsql as $$ begin
    insert into run_moves values (old.wire_number, old.state, coalesce(old.outcome_hash, ''), -1),
      (new.wire_number, new.state, coalesce(new.outcome_hash, ''), 1);
    return null;
  end $$`,
  `create function tally_removed() returns trigger language plpgsql as $$ begin
    insert into run_moves select ${ofRun}, -count(*) from old_runs group by 1, 2, 3;
    return null;
  end $$`,
  `create trigger tally_added after insert on runs referencing new table as new_runs
    for each statement execute function tally_added()`,
  `create trigger tally_changed after update of wire_number, state, outcome_hash on runs for each row
    when ((new.wire_number, new.state, new.outcome_hash) is distinct from (old.wire_number, old.state, old.outcome_hash))
    execute function tally_changed()`,
  `create trigger tally_removed after delete on runs referencing old table as old_runs
    for each statement execute function tally_removed()`,
];
