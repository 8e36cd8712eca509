CREATE TABLE "api_log" (
  "id" integer primary key autoincrement,
  "at" bigint not null,
  "request_id" text not null,
  "method" text not null,
  "path" text not null,
  "status" integer not null,
  "address" text not null,
  "host_name" text,
  "client_agent" text,
  "duration_ms" double precision not null,
  "arguments" text,
  "operator_name" text
);

CREATE INDEX "api_log_at" on "api_log" ("at");

CREATE TABLE "api_tokens" (
  "id" integer primary key autoincrement,
  "operator_id" bigint not null references "operators" ("id") on delete cascade,
  "name" text not null,
  "token_hash" text not null unique,
  "role" text not null,
  "hosts_group_ids" text,
  "created_at" bigint not null,
  "expires_at" bigint not null,
  "last_used_at" bigint,
  "last_address" text,
  "revoked_at" bigint
);

CREATE INDEX "api_tokens_operator" on "api_tokens" ("operator_id", "id");

CREATE TABLE audit_checkpoints (
  
    size bigint not null primary key,
 
    server text not null,
 
    hash text not null,
 
    at_ms bigint not null,
 
    signing_key text not null,
 
    signature text not null
);

CREATE INDEX audit_checkpoints_at on audit_checkpoints (at_ms);

CREATE TRIGGER audit_entries_no_delete before delete on audit_entries
      begin select raise(abort, 'the audit is append-only'); end;

CREATE TRIGGER audit_entries_no_update before update on audit_entries
      begin select raise(abort, 'the audit is append-only'); end;

CREATE TABLE audit_entries (
  
    number bigint not null primary key,
 
    at bigint not null,
 
    actor text not null,
 
    action text not null,
 
    subject text not null,
 
    entry text not null,
 
    hash text not null
);

CREATE INDEX audit_entries_action on audit_entries (action, number);

CREATE INDEX audit_entries_actor on audit_entries (actor, number);

CREATE INDEX audit_entries_at on audit_entries (at, number);

CREATE INDEX audit_entries_subject on audit_entries (subject, number);

CREATE TABLE "audit_notes" (
  "id" integer primary key autoincrement,
  "note" text not null
);

CREATE TABLE "command_revisions" (
  "command_id" bigint not null references "commands" ("id") on delete cascade,
  "revision" integer not null,
  "created_at" bigint not null,
  "interpreter" text not null,
  "timeout_seconds" double precision not null,
  "attempts" bigint not null,
  "program" text not null,
  "settings" text not null,
  "variables" text not null,
  "output_variables" text not null,
  "created_by" text,
  constraint "command_revisions_key" primary key ("command_id", "revision")
);

CREATE TABLE "commands" (
  "id" bigint not null primary key references "wire_numbers" ("number"),
  "commands_group_id" bigint not null references "commands_groups" ("id") on delete cascade,
  "name" text not null,
  "description" text not null,
  "position" bigint not null,
  "is_active" integer not null,
  "revision" integer not null
);

CREATE INDEX "commands_commands_group" on "commands" ("commands_group_id");

CREATE TABLE "commands_groups" (
  "id" integer primary key autoincrement,
  "name" text not null unique,
  "hosts_group_id" bigint not null references "hosts_groups" ("id"),
  "position" bigint not null,
  "after_at" bigint,
  "before_at" bigint,
  "is_active" integer not null,
  "stop_on_failure" integer not null
);

CREATE INDEX "commands_groups_hosts_group" on "commands_groups" ("hosts_group_id");

CREATE TABLE "device_logins" (
  "id" integer primary key autoincrement,
  "device_code_hash" text not null unique,
  "user_code" text not null unique,
  "created_at" bigint not null,
  "expires_at" bigint not null,
  "address" text not null,
  "agent" text,
  "state" text default 'pending' not null,
  "operator_id" bigint references "operators" ("id") on delete cascade,
  "has_second_factor" integer default 0 not null
);

CREATE TABLE events (
  
    number integer primary key autoincrement,
 
    at bigint not null default (cast(unixepoch('subsec') * 1000 as integer)),
 
    kind text not null,
 
    job_id text,
 
    host_id bigint,
 
    run_id text,
 
    state text,
 
    former_state text,
 
    stream text,
 
    chunk integer,
 
    name text,
 
    hosts_group_ids text
);

CREATE TABLE "flights" (
  "run_number" bigint not null primary key references "runs" ("number") on delete cascade,
  "deadline_at" bigint not null,
  "host_id" bigint
);

CREATE INDEX "flights_deadline" on "flights" ("deadline_at");

CREATE INDEX "flights_host" on "flights" ("host_id");

CREATE TABLE "holds" (
  "host_id" bigint not null references "hosts" ("id") on delete cascade,
  "commands_group_id" bigint not null references "commands_groups" ("id") on delete cascade,
  "run_number" bigint not null references "runs" ("number") on delete cascade,
  constraint "holds_key" primary key ("host_id", "commands_group_id")
);

CREATE INDEX "holds_commands_group" on "holds" ("commands_group_id");

CREATE INDEX "holds_run" on "holds" ("run_number");

CREATE TABLE "host_signatures" (
  "host_id" bigint not null references "hosts" ("id") on delete cascade,
  "signature_hash" text not null,
  constraint "host_signatures_key" primary key ("host_id", "signature_hash")
);

CREATE TABLE "host_tokens" (
  "id" integer primary key autoincrement,
  "host_id" bigint not null references "hosts" ("id") on delete cascade,
  "token_hash" text not null unique,
  "created_at" bigint not null,
  "used_at" bigint
);

CREATE INDEX "host_tokens_host" on "host_tokens" ("host_id");

CREATE TRIGGER events_host_added after insert on hosts
      begin insert into events (kind, host_id, name, state, former_state) values ('host', new.id, new.name, new.state, null); end;

CREATE TRIGGER events_host_changed after update of state, name on hosts
      when new.state <> old.state or new.name <> old.name
      begin insert into events (kind, host_id, name, state, former_state) values ('host', new.id, new.name, new.state, old.state); end;

CREATE TRIGGER events_host_removed before delete on hosts
      begin insert into events (kind, host_id, name, state, former_state, hosts_group_ids) values ('host', old.id, old.name, null, old.state,
        (select json_group_array(hosts_group_id) from hosts_group_members where host_id = old.id)); end;

CREATE TRIGGER hosts_added_changed after insert on hosts
      begin update hosts set changed = (select 1 + max(coalesce((select max(changed) from hosts), 0),
  coalesce((select max(changed) from hosts_removed), 0))) where id = new.id; end;

CREATE TRIGGER hosts_changed_changed after update of name,state,channel_key,facts on hosts
      when new.name is not old.name or new.state is not old.state or new.channel_key is not old.channel_key or new.facts is not old.facts
      begin update hosts set changed = (select 1 + max(coalesce((select max(changed) from hosts), 0),
  coalesce((select max(changed) from hosts_removed), 0))) where id = new.id; end;

CREATE TRIGGER hosts_removed_changed before delete on hosts
      begin insert into hosts_removed (host_id, changed) values (old.id, (select 1 + max(coalesce((select max(changed) from hosts), 0),
  coalesce((select max(changed) from hosts_removed), 0)))); end;

CREATE TABLE "hosts" (
  "id" integer primary key autoincrement,
  "uuid" text not null unique,
  "name" text not null unique,
  "public_pem" text not null,
  "key_fingerprint" text not null unique,
  "state" text not null,
  "needs_approval" integer not null,
  "registration_token_id" bigint references "registration_tokens" ("id") on delete set null,
  "registered_at" bigint not null,
  "verified_at" bigint,
  "last_seen_at" bigint,
  "usual_interval_ms" bigint,
  "last_address" text,
  "client_agent" text,
  "client_version" text,
  "channel_key" text,
  "channel_key_enrolled_at" bigint,
  "facts" text,
  "capability" integer,
  "boot" text,
  "journal_id" text,
  "told_store_id" text,
  "sessions_from" bigint,
  "counter_from" bigint,
  changed integer not null default 0
);

CREATE INDEX hosts_changed on hosts (changed);

CREATE INDEX "hosts_registering" on "hosts" ("registration_token_id", "registered_at") where "state" = 'registered';

CREATE INDEX "hosts_state_name" on "hosts" ("state", "name");

CREATE TABLE "hosts_group_members" (
  "hosts_group_id" bigint not null references "hosts_groups" ("id") on delete cascade,
  "host_id" bigint not null references "hosts" ("id") on delete cascade,
  constraint "hosts_group_members_key" primary key ("hosts_group_id", "host_id")
);

CREATE INDEX "hosts_group_members_host" on "hosts_group_members" ("host_id", "hosts_group_id");

CREATE TABLE "hosts_groups" (
  "id" integer primary key autoincrement,
  "name" text not null unique,
  "is_active" integer not null
);

CREATE TABLE hosts_removed (
  host_id integer primary key,
  changed integer not null
);

CREATE INDEX hosts_removed_changed on hosts_removed (changed);

CREATE TABLE "idempotency_keys" (
  "actor" text not null,
  "key" text not null,
  "request_hash" text not null,
  "answer" text,
  "created_at" bigint not null,
  constraint "idempotency_keys_key" primary key ("actor", "key")
);

CREATE INDEX "idempotency_keys_created_at" on "idempotency_keys" ("created_at");

CREATE TRIGGER events_job_added after insert on jobs
      begin insert into events (kind, job_id, state, former_state) values ('job', new.id, new.state, null); end;

CREATE TRIGGER events_job_changed after update of state on jobs when new.state <> old.state
      begin insert into events (kind, job_id, state, former_state) values ('job', new.id, new.state, old.state); end;

CREATE TABLE "jobs" (
  "id" text not null primary key,
  "kind" text not null,
  "wire_number" bigint not null unique references "wire_numbers" ("number"),
  "command_id" bigint unique references "commands" ("id") on delete cascade,
  "parent_id" text,
  "created_at" bigint not null,
  state text not null default 'open',
  name text,
  of_command_id bigint,
  revision integer not null default 1,
  interpreter text,
  timeout_seconds double precision,
  program text,
  settings text,
  variables text,
  output_variables text,
  asked_targets text,
  targets integer,
  wave_size integer,
  stop_after integer,
  in_flight integer not null default 0,
  failures integer not null default 0,
  expires_at bigint,
  created_by text,
  operator_id bigint,
  ended_at bigint,
  counts text
);

CREATE INDEX jobs_created on jobs (created_at, id);

CREATE INDEX jobs_of_command on jobs (of_command_id) where of_command_id is not null;

CREATE INDEX jobs_open on jobs (wire_number) where kind = 'ad_hoc' and ended_at is null;

CREATE INDEX jobs_parent on jobs (parent_id) where parent_id is not null;

CREATE TABLE "key_successions" (
  "number" integer primary key,
  "previous_key" text not null unique,
  "next_key" text not null,
  "at_ms" bigint not null,
  "signed_by" text not null,
  "signature" text not null
);

CREATE TABLE migrations (
  number integer not null primary key,
  name text not null,
  applied_at bigint not null
);

CREATE TABLE "operator_sessions" (
  "id" integer primary key autoincrement,
  "operator_id" bigint not null references "operators" ("id") on delete cascade,
  "token_hash" text not null unique,
  "kind" text not null,
  "created_at" bigint not null,
  "expires_at" bigint not null,
  "last_used_at" bigint not null,
  "address" text not null,
  "agent" text,
  "confirmed_at" bigint,
  "has_second_factor" integer not null
);

CREATE INDEX "operator_sessions_operator" on "operator_sessions" ("operator_id");

CREATE TABLE "operators" (
  "id" integer primary key autoincrement,
  "name" text not null,
  "name_key" text not null unique,
  "role" text not null,
  "hosts_group_ids" text,
  "is_active" integer not null,
  "created_at" bigint not null,
  "revision" integer default 1 not null,
  "password_hash" text,
  "totp_sealed" text,
  "totp_pending_sealed" text,
  "totp_last_step" bigint
);

CREATE TABLE "passkeys" (
  "id" integer primary key autoincrement,
  "operator_id" bigint not null references "operators" ("id") on delete cascade,
  "name" text not null,
  "credential_id" text not null unique,
  "public_key" text not null,
  "counter" bigint not null,
  "rp_id" text not null,
  "transports" text not null,
  "created_at" bigint not null,
  "last_used_at" bigint
);

CREATE INDEX "passkeys_operator" on "passkeys" ("operator_id");

CREATE TABLE "pending" (
  
    host_id bigint not null,
 
    wire_number bigint not null,
 
    constraint pending_key primary key (host_id, wire_number)
);

CREATE INDEX pending_wire_number on pending (wire_number);

CREATE TABLE "recovery_codes" (
  "operator_id" bigint not null references "operators" ("id") on delete cascade,
  "code_hash" text not null,
  constraint "recovery_codes_key" primary key ("operator_id", "code_hash")
);

CREATE TABLE "registration_token_groups" (
  "registration_token_id" bigint not null references "registration_tokens" ("id") on delete cascade,
  "hosts_group_id" bigint not null references "hosts_groups" ("id") on delete cascade,
  constraint "registration_token_groups_key" primary key ("registration_token_id", "hosts_group_id")
);

CREATE TABLE "registration_tokens" (
  "id" integer primary key autoincrement,
  "secret_hash" text not null unique,
  "sealed" text not null,
  "created_at" bigint not null,
  "expires_at" bigint,
  "uses" bigint,
  "verified_count" integer default 0 not null,
  "must_approve" integer not null,
  "revoked_at" bigint
);

CREATE TRIGGER events_output_added after insert on run_output
      begin insert into events (kind, job_id, host_id, run_id, stream, chunk)
        select 'output', job_id, host_id, id, new.stream, new.chunk from runs where number = new.run_number; end;

CREATE TABLE "run_output" (
  "run_number" bigint not null references "runs" ("number") on delete cascade,
  "stream" text not null,
  "chunk" integer not null,
  "bytes" blob not null,
  constraint "run_output_key" primary key ("run_number", "stream", "chunk")
);

CREATE TABLE "run_statements" (
  "run_number" bigint not null primary key references "runs" ("number") on delete cascade,
  "statement" text not null,
  "signature" text not null,
  "channel_key" text not null
);

CREATE TRIGGER events_run_added after insert on runs when new.state <> 'queued'
      begin insert into events (kind, job_id, host_id, run_id, state) values ('run', new.job_id, new.host_id, new.id, new.state); end;

CREATE TRIGGER events_run_changed after update of state on runs when new.state <> old.state
      begin insert into events (kind, job_id, host_id, run_id, state, former_state) values ('run', new.job_id, new.host_id, new.id, new.state, old.state); end;

CREATE TABLE "runs" (
  
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
 
    constraint runs_wire_number_host unique (wire_number, host_id)
);

CREATE INDEX runs_host on runs (host_id, number) where state <> 'queued';

CREATE INDEX runs_outcome on runs (wire_number, state, outcome_hash, host_id);

CREATE INDEX runs_unsuccessful on runs (state, number)
        where state not in ('queued', 'delivered', 'running', 'succeeded');

CREATE TABLE "server_state" (
  "id" integer primary key check (id = 1),
  "store_id" text not null,
  "epoch" bigint default 0 not null,
  "is_paused" integer default 0 not null,
  "signing_public_pem" text,
  "signing_private_sealed" text,
  "server_id" text,
  "recovery_public_pem" text,
  "recovery_private_sealed" text,
  work_epoch bigint not null default 0
);

CREATE TABLE "settings" (
  "name" text not null primary key,
  "value" text not null,
  "description" text not null,
  "is_secret" integer not null,
  "is_active" integer not null
);

CREATE TABLE "setup_links" (
  "id" integer primary key autoincrement,
  "token_hash" text not null unique,
  "operator_id" bigint references "operators" ("id") on delete cascade,
  "name" text,
  "forgets_factors" integer not null,
  "created_at" bigint not null,
  "expires_at" bigint not null
);

CREATE TABLE "sign_in_attempts" (
  "key" text not null primary key,
  "failures" integer not null,
  "last_at" bigint not null
);

CREATE TABLE "spent_challenges" (
  "challenge_hash" text not null primary key,
  "expires_at" bigint not null
);

CREATE TABLE "ticket_keys" (
  "id" text not null primary key,
  "created_at" bigint not null,
  "sealed" text not null
);

CREATE TABLE "variable_value_history" (
  "id" integer primary key autoincrement,
  "host_id" bigint not null references "hosts" ("id") on delete cascade,
  "variable_id" bigint not null references "variables" ("id") on delete cascade,
  "value" text not null,
  "set_at" bigint not null,
  "set_by" text not null,
  "replaced_at" bigint not null,
  "replaced_by" text not null
);

CREATE INDEX "variable_value_history_host" on "variable_value_history" ("host_id", "variable_id");

CREATE INDEX "variable_value_history_variable" on "variable_value_history" ("variable_id");

CREATE TABLE "variable_values" (
  "host_id" bigint not null references "hosts" ("id") on delete cascade,
  "variable_id" bigint not null references "variables" ("id") on delete cascade,
  "value" text not null,
  "set_at" bigint not null,
  "set_by" text not null,
  constraint "variable_values_key" primary key ("host_id", "variable_id")
);

CREATE INDEX "variable_values_variable" on "variable_values" ("variable_id");

CREATE TABLE "variables" (
  "id" integer primary key autoincrement,
  "category" text not null,
  "name" text not null,
  constraint "variables_name" unique ("category", "name")
);

CREATE TABLE "wire_numbers" (
  "number" integer primary key autoincrement
);
