import { type Compilable, type Kysely, sql } from 'kysely';

type Kind = 'sqlite' | 'postgres';

/** The audit as a chain with checkpoints, and what live readers are told. */
export function up(db: Kysely<unknown>, kind: Kind): Compilable[] {
  const raw = (statement: string): Compilable => ({ compile: () => sql.raw(statement).compile(db) });
  return [...auditTables, ...appendOnly[kind], ...eventsTable[kind], ...eventTriggers[kind]].map(raw);
}

const auditTables = [
  `create table audit_entries (
    number bigint not null primary key,
    at bigint not null,
    actor text not null,
    action text not null,
    subject text not null,
    entry text not null,
    hash text not null)`,
  'create index audit_entries_at on audit_entries (at, number)',
  'create index audit_entries_actor on audit_entries (actor, number)',
  'create index audit_entries_action on audit_entries (action, number)',
  'create index audit_entries_subject on audit_entries (subject, number)',
  `create table audit_checkpoints (
    size bigint not null primary key,
    server text not null,
    hash text not null,
    at_ms bigint not null,
    signing_key text not null,
    signature text not null)`,
  'create index audit_checkpoints_at on audit_checkpoints (at_ms)',
];

/** An accident cannot change what was written down; somebody who can drop a trigger is found out by the chain. */
const appendOnly = {
  sqlite: ['update', 'delete'].map(
    (change) => `create trigger audit_entries_no_${change} before ${change} on audit_entries
      begin select raise(abort, 'the audit is append-only'); end`,
  ),
  postgres: [
    `create function refuse_audit_change() returns trigger language plpgsql as
      $$ begin raise exception 'the audit is append-only'; end $$`,
    `create trigger audit_entries_no_change before update or delete or truncate on audit_entries
      for each statement execute function refuse_audit_change()`,
  ],
};

const eventColumns = `kind text not null,
    job_id text,
    host_id bigint,
    run_id text,
    state text,
    former_state text,
    stream text,
    chunk integer,
    name text,
    hosts_group_ids text`;

/**
 * The first event is there so that there is always one to go on from. On PostgreSQL numbers are given before the commit:
 * there the transaction's own number comes first in the order, see decision 0019.
 */
const eventsTable = {
  sqlite: [
    `create table events (
    number integer primary key autoincrement,
    at bigint not null default (cast(unixepoch('subsec') * 1000 as integer)),
    ${eventColumns})`,
    "insert into events (kind) values ('begin')",
  ],
  postgres: [
    `create table events (
    xid xid8 not null default pg_current_xact_id(),
    number bigint generated always as identity,
    at bigint not null default (extract(epoch from clock_timestamp()) * 1000)::bigint,
    ${eventColumns},
    primary key (xid, number))`,
    "insert into events (kind) values ('begin')",
  ],
};

const ofRun = "'run', new.job_id, new.host_id, new.id, new.state";
const runColumns = 'kind, job_id, host_id, run_id, state';
const outputEvent = `insert into events (kind, job_id, host_id, run_id, stream, chunk)
        select 'output', job_id, host_id, id, new.stream, new.chunk from runs where number = new.run_number`;
const jobColumns = 'kind, job_id, state, former_state';
const hostColumns = 'kind, host_id, name, state, former_state';

/** Runs that a job begins with are queued and many: the job's own event tells of them. */
const eventTriggers = {
  sqlite: [
    `create trigger events_run_added after insert on runs when new.state <> 'queued'
      begin insert into events (${runColumns}) values (${ofRun}); end`,
    `create trigger events_run_changed after update of state on runs when new.state <> old.state
      begin insert into events (${runColumns}, former_state) values (${ofRun}, old.state); end`,
    `create trigger events_output_added after insert on run_output
      begin ${outputEvent}; end`,
    `create trigger events_job_added after insert on jobs
      begin insert into events (${jobColumns}) values ('job', new.id, new.state, null); end`,
    `create trigger events_job_changed after update of state on jobs when new.state <> old.state
      begin insert into events (${jobColumns}) values ('job', new.id, new.state, old.state); end`,
    `create trigger events_host_added after insert on hosts
      begin insert into events (${hostColumns}) values ('host', new.id, new.name, new.state, null); end`,
    `create trigger events_host_changed after update of state, name on hosts
      when new.state <> old.state or new.name <> old.name
      begin insert into events (${hostColumns}) values ('host', new.id, new.name, new.state, old.state); end`,
    `create trigger events_host_removed before delete on hosts
      begin insert into events (${hostColumns}, hosts_group_ids) values ('host', old.id, old.name, null, old.state,
        (select json_group_array(hosts_group_id) from hosts_group_members where host_id = old.id)); end`,
  ],
  postgres: [
    ...onPostgres('run_added', 'after insert on runs', {
      when: "new.state <> 'queued'",
      insert: `insert into events (${runColumns}) values (${ofRun})`,
    }),
    ...onPostgres('run_changed', 'after update of state on runs', {
      when: 'new.state <> old.state',
      insert: `insert into events (${runColumns}, former_state) values (${ofRun}, old.state)`,
    }),
    ...onPostgres('output_added', 'after insert on run_output', { insert: outputEvent }),
    ...onPostgres('job_added', 'after insert on jobs', {
      insert: `insert into events (${jobColumns}) values ('job', new.id, new.state, null)`,
    }),
    ...onPostgres('job_changed', 'after update of state on jobs', {
      when: 'new.state <> old.state',
      insert: `insert into events (${jobColumns}) values ('job', new.id, new.state, old.state)`,
    }),
    ...onPostgres('host_added', 'after insert on hosts', {
      insert: `insert into events (${hostColumns}) values ('host', new.id, new.name, new.state, null)`,
    }),
    ...onPostgres('host_changed', 'after update of state, name on hosts', {
      when: 'new.state <> old.state or new.name <> old.name',
      insert: `insert into events (${hostColumns}) values ('host', new.id, new.name, new.state, old.state)`,
    }),
    // Before, as its memberships go with it.
    ...onPostgres('host_removed', 'before delete on hosts', {
      insert: `insert into events (${hostColumns}, hosts_group_ids) values ('host', old.id, old.name, null, old.state,
        (select coalesce(json_agg(hosts_group_id), '[]')::text from hosts_group_members where host_id = old.id))`,
      answer: 'old',
    }),
  ],
};

type Trigger = { when?: string; insert: string; answer?: string };

function onPostgres(name: string, moment: string, { when = 'true', insert, answer = 'null' }: Trigger) {
  return [
    `create function events_${name}() returns trigger language plpgsql as
      $$ begin ${insert}; return ${answer}; end $$`,
    `create trigger events_${name} ${moment} for each row when (${when}) execute function events_${name}()`,
  ];
}
