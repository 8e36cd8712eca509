import { type Compilable, type Kysely, type RawBuilder, sql } from 'kysely';

type Kind = 'sqlite' | 'postgres';

/** Ad-hoc jobs, their waves and outcomes. */
export function up(db: Kysely<unknown>, kind: Kind): Compilable[] {
  const raw = (statement: RawBuilder<unknown>): Compilable => ({ compile: () => statement.compile(db) });
  return [
    raw(sql`alter table server_state add column work_epoch bigint not null default 0`),
    ...jobColumns.map((column) => raw(sql`alter table jobs add column ${sql.raw(column)}`)),
    // Few are open at a time: everything that looks for work asks for these alone.
    raw(sql`create index jobs_open on jobs (wire_number) where kind = 'ad_hoc' and ended_at is null`),
    raw(sql`create index jobs_created on jobs (created_at, id)`),
    raw(sql`create index jobs_of_command on jobs (of_command_id) where of_command_id is not null`),
    raw(sql`create index jobs_parent on jobs (parent_id) where parent_id is not null`),
    ...(kind === 'sqlite' ? [...rebuildRuns, ...rebuildPending] : [...alterRuns, ...alterPending]).map(raw),
    // Counts and groups of a job are read from here alone.
    raw(sql`create index runs_outcome on runs (wire_number, state, outcome_hash, host_id)`),
    // What a host was given. A run that waits is no entry, so that a job of many hosts is made quickly.
    raw(sql`create index runs_host on runs (host_id, number) where state <> 'queued'`),
    // Success is found among the newest; what went otherwise may be far between.
    raw(
      sql`create index runs_unsuccessful on runs (state, number)
        where state not in ('queued', 'delivered', 'running', 'succeeded')`,
    ),
  ];
}

/** Of an ad-hoc job; a standing one is described by its command. */
const jobColumns = [
  "state text not null default 'open'",
  'name text',
  'of_command_id bigint',
  'revision integer not null default 1',
  'interpreter text',
  'timeout_seconds double precision',
  'program text',
  // JSON: name, value (sealed where it is secret) and whether it is secret, frozen.
  'settings text',
  'variables text',
  'output_variables text',
  // JSON, as it was asked for.
  'asked_targets text',
  'targets integer',
  'wave_size integer',
  'stop_after integer',
  'in_flight integer not null default 0',
  'failures integer not null default 0',
  'expires_at bigint',
  // JSON: kind and name of who made it.
  'created_by text',
  'operator_id bigint',
  'ended_at bigint',
  // JSON: its runs by state, written when it has ended.
  'counts text',
];

/**
 * A job's runs lie together, in the order of its hosts. They name their host by no foreign key: looking a host's runs up
 * would take an index of all runs, which each new job would have to write all over.
 */
const alterRuns = [
  sql`alter table runs add column outcome_hash text`,
  sql`alter table runs drop constraint runs_host_wire_number`,
  sql`alter table runs add constraint runs_wire_number_host unique (wire_number, host_id)`,
  sql`alter table runs drop constraint runs_host_id_fkey`,
  sql`drop index runs_wire_number`,
];

/** Nor does what is pending name anything by a foreign key: each would be looked up for each host of a new job. */
const alterPending = [
  sql`alter table pending drop constraint pending_host_id_fkey`,
  sql`alter table pending drop constraint pending_wire_number_fkey`,
];

/** SQLite changes no constraint of a table that stands. Foreign keys are off meanwhile, so that nothing falls with the old one. */
const rebuildRuns = [
  sql`create table runs_new (
    number integer primary key autoincrement,
    id text not null unique,
    job_id text not null,
    host_id bigint not null,
    wire_number bigint not null,
    command_name text not null,
    revision integer not null,
    attempt integer not null,
    state text not null,
    reason text,
    exit_code bigint,
    signal text,
    inputs text not null,
    interpreter text not null,
    delivered_at bigint,
    started_at bigint,
    stop_asked_at bigint,
    finished_at bigint,
    output_bytes bigint default 0 not null,
    output_cut_bytes bigint default 0 not null,
    is_masked integer default 0 not null,
    result text,
    outcome_hash text,
    constraint runs_wire_number_host unique (wire_number, host_id))`,
  sql`insert into runs_new select number, id, job_id, host_id, wire_number, command_name, revision, attempt, state,
    reason, exit_code, signal, inputs, interpreter, delivered_at, started_at, stop_asked_at, finished_at, output_bytes,
    output_cut_bytes, is_masked, result, null from runs`,
  // Numbers that were given to runs which are gone are not given again.
  sql`delete from sqlite_sequence where name = 'runs_new'`,
  sql`insert into sqlite_sequence (name, seq) select 'runs_new', seq from sqlite_sequence where name = 'runs'`,
  sql`drop table runs`,
  sql`alter table runs_new rename to runs`,
];

const rebuildPending = [
  sql`create table pending_new (
    host_id bigint not null,
    wire_number bigint not null,
    constraint pending_key primary key (host_id, wire_number))`,
  sql`insert into pending_new select host_id, wire_number from pending`,
  sql`drop table pending`,
  sql`alter table pending_new rename to pending`,
  sql`create index pending_wire_number on pending (wire_number)`,
];
