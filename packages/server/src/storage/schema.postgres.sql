create table api_log (
  id bigint generated always as identity not null,
  at bigint not null,
  request_id text not null,
  method text not null,
  path text not null,
  status integer not null,
  address text not null,
  host_name text,
  client_agent text,
  duration_ms double precision not null,
  arguments text,
  operator_name text,
  constraint api_log_pkey PRIMARY KEY (id)
);

CREATE INDEX api_log_at ON public.api_log USING btree (at);

create table api_tokens (
  id bigint generated always as identity not null,
  operator_id bigint not null,
  name text not null,
  token_hash text not null,
  role text not null,
  hosts_group_ids text,
  created_at bigint not null,
  expires_at bigint not null,
  last_used_at bigint,
  last_address text,
  revoked_at bigint,
  constraint api_tokens_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(id) ON DELETE CASCADE,
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_token_hash_key UNIQUE (token_hash)
);

CREATE INDEX api_tokens_operator ON public.api_tokens USING btree (operator_id, id);

create table audit_checkpoints (
  size bigint not null,
  server text not null,
  hash text not null,
  at_ms bigint not null,
  signing_key text not null,
  signature text not null,
  constraint audit_checkpoints_pkey PRIMARY KEY (size)
);

CREATE INDEX audit_checkpoints_at ON public.audit_checkpoints USING btree (at_ms);

create table audit_entries (
  number bigint not null,
  at bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  entry text not null,
  hash text not null,
  constraint audit_entries_pkey PRIMARY KEY (number)
);

CREATE INDEX audit_entries_action ON public.audit_entries USING btree (action, number);

CREATE INDEX audit_entries_actor ON public.audit_entries USING btree (actor, number);

CREATE INDEX audit_entries_at ON public.audit_entries USING btree (at, number);

CREATE INDEX audit_entries_subject ON public.audit_entries USING btree (subject, number);

CREATE TRIGGER audit_entries_no_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

create table audit_notes (
  id bigint generated always as identity not null,
  note text not null,
  constraint audit_notes_pkey PRIMARY KEY (id)
);

create table command_revisions (
  command_id bigint not null,
  revision integer not null,
  created_at bigint not null,
  interpreter text not null,
  timeout_seconds double precision not null,
  attempts bigint not null,
  program text not null,
  settings text not null,
  variables text not null,
  output_variables text not null,
  created_by text,
  constraint command_revisions_command_id_fkey FOREIGN KEY (command_id) REFERENCES commands(id) ON DELETE CASCADE,
  constraint command_revisions_key PRIMARY KEY (command_id, revision)
);

create table commands (
  id bigint not null,
  commands_group_id bigint not null,
  name text not null,
  description text not null,
  "position" bigint not null,
  is_active integer not null,
  revision integer not null,
  constraint commands_commands_group_id_fkey FOREIGN KEY (commands_group_id) REFERENCES commands_groups(id) ON DELETE CASCADE,
  constraint commands_id_fkey FOREIGN KEY (id) REFERENCES wire_numbers(number),
  constraint commands_pkey PRIMARY KEY (id)
);

CREATE INDEX commands_commands_group ON public.commands USING btree (commands_group_id);

create table commands_groups (
  id bigint generated always as identity not null,
  name text not null,
  hosts_group_id bigint not null,
  "position" bigint not null,
  after_at bigint,
  before_at bigint,
  is_active integer not null,
  stop_on_failure integer not null,
  constraint commands_groups_hosts_group_id_fkey FOREIGN KEY (hosts_group_id) REFERENCES hosts_groups(id),
  constraint commands_groups_pkey PRIMARY KEY (id),
  constraint commands_groups_name_key UNIQUE (name)
);

CREATE INDEX commands_groups_hosts_group ON public.commands_groups USING btree (hosts_group_id);

create table device_logins (
  id bigint generated always as identity not null,
  device_code_hash text not null,
  user_code text not null,
  created_at bigint not null,
  expires_at bigint not null,
  address text not null,
  agent text,
  state text default 'pending'::text not null,
  operator_id bigint,
  has_second_factor integer default 0 not null,
  constraint device_logins_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(id) ON DELETE CASCADE,
  constraint device_logins_pkey PRIMARY KEY (id),
  constraint device_logins_device_code_hash_key UNIQUE (device_code_hash),
  constraint device_logins_user_code_key UNIQUE (user_code)
);

create table events (
  xid xid8 default pg_current_xact_id() not null,
  number bigint generated always as identity not null,
  at bigint default ((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint not null,
  kind text not null,
  job_id text,
  host_id bigint,
  run_id text,
  state text,
  former_state text,
  stream text,
  chunk integer,
  name text,
  hosts_group_ids text,
  constraint events_pkey PRIMARY KEY (xid, number)
);

create table flights (
  run_number bigint not null,
  deadline_at bigint not null,
  host_id bigint not null,
  constraint flights_run_number_fkey FOREIGN KEY (run_number) REFERENCES runs(number) ON DELETE CASCADE,
  constraint flights_pkey PRIMARY KEY (run_number)
);

CREATE INDEX flights_deadline ON public.flights USING btree (deadline_at);

CREATE INDEX flights_host ON public.flights USING btree (host_id);

create table holds (
  host_id bigint not null,
  commands_group_id bigint not null,
  run_number bigint not null,
  constraint holds_commands_group_id_fkey FOREIGN KEY (commands_group_id) REFERENCES commands_groups(id) ON DELETE CASCADE,
  constraint holds_host_id_fkey FOREIGN KEY (host_id) REFERENCES hosts(id) ON DELETE CASCADE,
  constraint holds_run_number_fkey FOREIGN KEY (run_number) REFERENCES runs(number) ON DELETE CASCADE,
  constraint holds_key PRIMARY KEY (host_id, commands_group_id)
);

CREATE INDEX holds_commands_group ON public.holds USING btree (commands_group_id);

CREATE INDEX holds_run ON public.holds USING btree (run_number);

create table host_signatures (
  host_id bigint not null,
  signature_hash text not null,
  constraint host_signatures_host_id_fkey FOREIGN KEY (host_id) REFERENCES hosts(id) ON DELETE CASCADE,
  constraint host_signatures_key PRIMARY KEY (host_id, signature_hash)
);

create table host_tokens (
  id bigint generated always as identity not null,
  host_id bigint not null,
  token_hash text not null,
  created_at bigint not null,
  used_at bigint,
  constraint host_tokens_host_id_fkey FOREIGN KEY (host_id) REFERENCES hosts(id) ON DELETE CASCADE,
  constraint host_tokens_pkey PRIMARY KEY (id),
  constraint host_tokens_token_hash_key UNIQUE (token_hash)
);

CREATE INDEX host_tokens_host ON public.host_tokens USING btree (host_id);

create table hosts (
  id bigint generated always as identity not null,
  uuid text not null,
  name text not null,
  public_pem text not null,
  key_fingerprint text not null,
  state text not null,
  needs_approval integer not null,
  registration_token_id bigint,
  registered_at bigint not null,
  verified_at bigint,
  last_seen_at bigint,
  usual_interval_ms bigint,
  last_address text,
  client_agent text,
  client_version text,
  channel_key text,
  channel_key_enrolled_at bigint,
  facts text,
  capability integer,
  boot text,
  journal_id text,
  told_store_id text,
  sessions_from bigint,
  counter_from bigint,
  changed xid8 default pg_current_xact_id() not null,
  constraint hosts_registration_token_id_fkey FOREIGN KEY (registration_token_id) REFERENCES registration_tokens(id) ON DELETE SET NULL,
  constraint hosts_pkey PRIMARY KEY (id),
  constraint hosts_key_fingerprint_key UNIQUE (key_fingerprint),
  constraint hosts_name_key UNIQUE (name),
  constraint hosts_uuid_key UNIQUE (uuid)
);

CREATE INDEX hosts_changed ON public.hosts USING btree (changed);

CREATE INDEX hosts_registering ON public.hosts USING btree (registration_token_id, registered_at) WHERE (state = 'registered'::text);

CREATE INDEX hosts_state_name ON public.hosts USING btree (state, name);

CREATE TRIGGER events_host_added AFTER INSERT ON public.hosts FOR EACH ROW WHEN (true) EXECUTE FUNCTION events_host_added();

CREATE TRIGGER events_host_changed AFTER UPDATE OF state, name ON public.hosts FOR EACH ROW WHEN (((new.state <> old.state) OR (new.name <> old.name))) EXECUTE FUNCTION events_host_changed();

CREATE TRIGGER events_host_removed BEFORE DELETE ON public.hosts FOR EACH ROW WHEN (true) EXECUTE FUNCTION events_host_removed();

CREATE TRIGGER hosts_changed BEFORE UPDATE OF name, state, channel_key, facts ON public.hosts FOR EACH ROW WHEN (((new.name IS DISTINCT FROM old.name) OR (new.state IS DISTINCT FROM old.state) OR (new.channel_key IS DISTINCT FROM old.channel_key) OR (new.facts IS DISTINCT FROM old.facts))) EXECUTE FUNCTION hosts_changed();

CREATE TRIGGER hosts_removed AFTER DELETE ON public.hosts FOR EACH ROW EXECUTE FUNCTION hosts_removed();

create table hosts_group_members (
  hosts_group_id bigint not null,
  host_id bigint not null,
  constraint hosts_group_members_host_id_fkey FOREIGN KEY (host_id) REFERENCES hosts(id) ON DELETE CASCADE,
  constraint hosts_group_members_hosts_group_id_fkey FOREIGN KEY (hosts_group_id) REFERENCES hosts_groups(id) ON DELETE CASCADE,
  constraint hosts_group_members_key PRIMARY KEY (hosts_group_id, host_id)
);

CREATE INDEX hosts_group_members_host ON public.hosts_group_members USING btree (host_id, hosts_group_id);

create table hosts_groups (
  id bigint generated always as identity not null,
  name text not null,
  is_active integer not null,
  constraint hosts_groups_pkey PRIMARY KEY (id),
  constraint hosts_groups_name_key UNIQUE (name)
);

create table hosts_removed (
  host_id bigint not null,
  changed xid8 default pg_current_xact_id() not null,
  constraint hosts_removed_pkey PRIMARY KEY (host_id)
);

CREATE INDEX hosts_removed_changed ON public.hosts_removed USING btree (changed);

create table idempotency_keys (
  actor text not null,
  key text not null,
  request_hash text not null,
  answer text,
  created_at bigint not null,
  constraint idempotency_keys_key PRIMARY KEY (actor, key)
);

CREATE INDEX idempotency_keys_created_at ON public.idempotency_keys USING btree (created_at);

create table jobs (
  id text not null,
  kind text not null,
  wire_number bigint not null,
  command_id bigint,
  parent_id text,
  created_at bigint not null,
  state text default 'open'::text not null,
  name text,
  of_command_id bigint,
  revision integer default 1 not null,
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
  in_flight integer default 0 not null,
  failures integer default 0 not null,
  expires_at bigint,
  created_by text,
  operator_id bigint,
  ended_at bigint,
  counts text,
  constraint jobs_command_id_fkey FOREIGN KEY (command_id) REFERENCES commands(id) ON DELETE CASCADE,
  constraint jobs_wire_number_fkey FOREIGN KEY (wire_number) REFERENCES wire_numbers(number),
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_command_id_key UNIQUE (command_id),
  constraint jobs_wire_number_key UNIQUE (wire_number)
);

CREATE INDEX jobs_created ON public.jobs USING btree (created_at, id);

CREATE INDEX jobs_of_command ON public.jobs USING btree (of_command_id) WHERE (of_command_id IS NOT NULL);

CREATE INDEX jobs_open ON public.jobs USING btree (wire_number) WHERE ((kind = 'ad_hoc'::text) AND (ended_at IS NULL));

CREATE INDEX jobs_parent ON public.jobs USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE TRIGGER events_job_added AFTER INSERT ON public.jobs FOR EACH ROW WHEN (true) EXECUTE FUNCTION events_job_added();

CREATE TRIGGER events_job_changed AFTER UPDATE OF state ON public.jobs FOR EACH ROW WHEN ((new.state <> old.state)) EXECUTE FUNCTION events_job_changed();

create table key_successions (
  number integer not null,
  previous_key text not null,
  next_key text not null,
  at_ms bigint not null,
  signed_by text not null,
  signature text not null,
  constraint key_successions_pkey PRIMARY KEY (number),
  constraint key_successions_previous_key_key UNIQUE (previous_key)
);

create table migrations (
  number integer not null,
  name text not null,
  applied_at bigint not null,
  constraint migrations_pkey PRIMARY KEY (number)
);

create table operator_sessions (
  id bigint generated always as identity not null,
  operator_id bigint not null,
  token_hash text not null,
  kind text not null,
  created_at bigint not null,
  expires_at bigint not null,
  last_used_at bigint not null,
  address text not null,
  agent text,
  confirmed_at bigint,
  has_second_factor integer not null,
  constraint operator_sessions_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(id) ON DELETE CASCADE,
  constraint operator_sessions_pkey PRIMARY KEY (id),
  constraint operator_sessions_token_hash_key UNIQUE (token_hash)
);

CREATE INDEX operator_sessions_operator ON public.operator_sessions USING btree (operator_id);

create table operators (
  id bigint generated always as identity not null,
  name text not null,
  name_key text not null,
  role text not null,
  hosts_group_ids text,
  is_active integer not null,
  created_at bigint not null,
  revision integer default 1 not null,
  password_hash text,
  totp_sealed text,
  totp_pending_sealed text,
  totp_last_step bigint,
  constraint operators_pkey PRIMARY KEY (id),
  constraint operators_name_key_key UNIQUE (name_key)
);

create table passkeys (
  id bigint generated always as identity not null,
  operator_id bigint not null,
  name text not null,
  credential_id text not null,
  public_key text not null,
  counter bigint not null,
  rp_id text not null,
  transports text not null,
  created_at bigint not null,
  last_used_at bigint,
  constraint passkeys_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(id) ON DELETE CASCADE,
  constraint passkeys_pkey PRIMARY KEY (id),
  constraint passkeys_credential_id_key UNIQUE (credential_id)
);

CREATE INDEX passkeys_operator ON public.passkeys USING btree (operator_id);

create table pending (
  host_id bigint not null,
  wire_number bigint not null,
  constraint pending_key PRIMARY KEY (host_id, wire_number)
);

CREATE INDEX pending_wire_number ON public.pending USING btree (wire_number);

create table recovery_codes (
  operator_id bigint not null,
  code_hash text not null,
  constraint recovery_codes_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(id) ON DELETE CASCADE,
  constraint recovery_codes_key PRIMARY KEY (operator_id, code_hash)
);

create table registration_token_groups (
  registration_token_id bigint not null,
  hosts_group_id bigint not null,
  constraint registration_token_groups_hosts_group_id_fkey FOREIGN KEY (hosts_group_id) REFERENCES hosts_groups(id) ON DELETE CASCADE,
  constraint registration_token_groups_registration_token_id_fkey FOREIGN KEY (registration_token_id) REFERENCES registration_tokens(id) ON DELETE CASCADE,
  constraint registration_token_groups_key PRIMARY KEY (registration_token_id, hosts_group_id)
);

create table registration_tokens (
  id bigint generated always as identity not null,
  secret_hash text not null,
  sealed text not null,
  created_at bigint not null,
  expires_at bigint,
  uses bigint,
  verified_count integer default 0 not null,
  must_approve integer not null,
  revoked_at bigint,
  constraint registration_tokens_pkey PRIMARY KEY (id),
  constraint registration_tokens_secret_hash_key UNIQUE (secret_hash)
);

create table run_moves (
  wire_number bigint not null,
  state text not null,
  outcome text not null,
  runs bigint not null
);

CREATE INDEX run_moves_wire_number ON public.run_moves USING btree (wire_number);

create table run_output (
  run_number bigint not null,
  stream text not null,
  chunk integer not null,
  bytes bytea not null,
  constraint run_output_run_number_fkey FOREIGN KEY (run_number) REFERENCES runs(number) ON DELETE CASCADE,
  constraint run_output_key PRIMARY KEY (run_number, stream, chunk)
);

CREATE TRIGGER events_output_added AFTER INSERT ON public.run_output FOR EACH ROW WHEN (true) EXECUTE FUNCTION events_output_added();

create table run_statements (
  run_number bigint not null,
  statement text not null,
  signature text not null,
  channel_key text not null,
  constraint run_statements_run_number_fkey FOREIGN KEY (run_number) REFERENCES runs(number) ON DELETE CASCADE,
  constraint run_statements_pkey PRIMARY KEY (run_number)
);

create table run_tallies (
  wire_number bigint not null,
  state text not null,
  outcome text not null,
  runs bigint not null,
  constraint run_tallies_pkey PRIMARY KEY (wire_number, state, outcome)
);

create table runs (
  number bigint generated always as identity not null,
  id text not null,
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
  finished_at bigint,
  output_bytes bigint default 0 not null,
  output_cut_bytes bigint default 0 not null,
  is_masked integer default 0 not null,
  result text,
  started_at bigint,
  stop_asked_at bigint,
  outcome_hash text,
  constraint runs_pkey PRIMARY KEY (number),
  constraint runs_id_key UNIQUE (id),
  constraint runs_wire_number_host UNIQUE (wire_number, host_id)
);

CREATE INDEX runs_host ON public.runs USING btree (host_id, number) WHERE (state <> 'queued'::text);

CREATE INDEX runs_outcome ON public.runs USING btree (wire_number, state, outcome_hash, host_id);

CREATE INDEX runs_unsuccessful ON public.runs USING btree (state, number) WHERE (state <> ALL (ARRAY['queued'::text, 'delivered'::text, 'running'::text, 'succeeded'::text]));

CREATE TRIGGER events_run_added AFTER INSERT ON public.runs FOR EACH ROW WHEN ((new.state <> 'queued'::text)) EXECUTE FUNCTION events_run_added();

CREATE TRIGGER events_run_changed AFTER UPDATE OF state ON public.runs FOR EACH ROW WHEN ((new.state <> old.state)) EXECUTE FUNCTION events_run_changed();

CREATE TRIGGER tally_added AFTER INSERT ON public.runs REFERENCING NEW TABLE AS new_runs FOR EACH STATEMENT EXECUTE FUNCTION tally_added();

CREATE TRIGGER tally_changed AFTER UPDATE OF wire_number, state, outcome_hash ON public.runs FOR EACH ROW WHEN ((((new.wire_number IS DISTINCT FROM old.wire_number) OR (new.state IS DISTINCT FROM old.state)) OR (new.outcome_hash IS DISTINCT FROM old.outcome_hash))) EXECUTE FUNCTION tally_changed();

CREATE TRIGGER tally_removed AFTER DELETE ON public.runs REFERENCING OLD TABLE AS old_runs FOR EACH STATEMENT EXECUTE FUNCTION tally_removed();

create table server_state (
  id integer not null,
  store_id text not null,
  epoch bigint default 0 not null,
  is_paused integer default 0 not null,
  signing_public_pem text,
  signing_private_sealed text,
  server_id text,
  recovery_public_pem text,
  recovery_private_sealed text,
  work_epoch bigint default 0 not null,
  constraint server_state_id_check CHECK ((id = 1)),
  constraint server_state_pkey PRIMARY KEY (id)
);

create table settings (
  name text not null,
  value text not null,
  description text not null,
  is_secret integer not null,
  is_active integer not null,
  constraint settings_pkey PRIMARY KEY (name)
);

create table setup_links (
  id bigint generated always as identity not null,
  token_hash text not null,
  operator_id bigint,
  name text,
  forgets_factors integer not null,
  created_at bigint not null,
  expires_at bigint not null,
  constraint setup_links_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES operators(id) ON DELETE CASCADE,
  constraint setup_links_pkey PRIMARY KEY (id),
  constraint setup_links_token_hash_key UNIQUE (token_hash)
);

create table sign_in_attempts (
  key text not null,
  failures integer not null,
  last_at bigint not null,
  constraint sign_in_attempts_pkey PRIMARY KEY (key)
);

create table spent_challenges (
  challenge_hash text not null,
  expires_at bigint not null,
  constraint spent_challenges_pkey PRIMARY KEY (challenge_hash)
);

create table ticket_keys (
  id text not null,
  created_at bigint not null,
  sealed text not null,
  constraint ticket_keys_pkey PRIMARY KEY (id)
);

create table variable_value_history (
  id bigint generated always as identity not null,
  host_id bigint not null,
  variable_id bigint not null,
  value text not null,
  set_at bigint not null,
  set_by text not null,
  replaced_at bigint not null,
  replaced_by text not null,
  constraint variable_value_history_host_id_fkey FOREIGN KEY (host_id) REFERENCES hosts(id) ON DELETE CASCADE,
  constraint variable_value_history_variable_id_fkey FOREIGN KEY (variable_id) REFERENCES variables(id) ON DELETE CASCADE,
  constraint variable_value_history_pkey PRIMARY KEY (id)
);

CREATE INDEX variable_value_history_host ON public.variable_value_history USING btree (host_id, variable_id);

CREATE INDEX variable_value_history_variable ON public.variable_value_history USING btree (variable_id);

create table variable_values (
  host_id bigint not null,
  variable_id bigint not null,
  value text not null,
  set_at bigint not null,
  set_by text not null,
  constraint variable_values_host_id_fkey FOREIGN KEY (host_id) REFERENCES hosts(id) ON DELETE CASCADE,
  constraint variable_values_variable_id_fkey FOREIGN KEY (variable_id) REFERENCES variables(id) ON DELETE CASCADE,
  constraint variable_values_key PRIMARY KEY (host_id, variable_id)
);

CREATE INDEX variable_values_variable ON public.variable_values USING btree (variable_id);

create table variables (
  id bigint generated always as identity not null,
  category text not null,
  name text not null,
  constraint variables_pkey PRIMARY KEY (id),
  constraint variables_name UNIQUE (category, name)
);

create table wire_numbers (
  number bigint generated always as identity not null,
  constraint wire_numbers_pkey PRIMARY KEY (number)
);

CREATE OR REPLACE FUNCTION public.events_host_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, host_id, name, state, former_state) values ('host', new.id, new.name, new.state, null); return null; end $function$;

CREATE OR REPLACE FUNCTION public.events_host_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, host_id, name, state, former_state) values ('host', new.id, new.name, new.state, old.state); return null; end $function$;

CREATE OR REPLACE FUNCTION public.events_host_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, host_id, name, state, former_state, hosts_group_ids) values ('host', old.id, old.name, null, old.state,
        (select coalesce(json_agg(hosts_group_id), '[]')::text from hosts_group_members where host_id = old.id)); return old; end $function$;

CREATE OR REPLACE FUNCTION public.events_job_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, job_id, state, former_state) values ('job', new.id, new.state, null); return null; end $function$;

CREATE OR REPLACE FUNCTION public.events_job_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, job_id, state, former_state) values ('job', new.id, new.state, old.state); return null; end $function$;

CREATE OR REPLACE FUNCTION public.events_output_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, job_id, host_id, run_id, stream, chunk)
        select 'output', job_id, host_id, id, new.stream, new.chunk from runs where number = new.run_number; return null; end $function$;

CREATE OR REPLACE FUNCTION public.events_run_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, job_id, host_id, run_id, state) values ('run', new.job_id, new.host_id, new.id, new.state); return null; end $function$;

CREATE OR REPLACE FUNCTION public.events_run_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into events (kind, job_id, host_id, run_id, state, former_state) values ('run', new.job_id, new.host_id, new.id, new.state, old.state); return null; end $function$;

CREATE OR REPLACE FUNCTION public.hosts_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin new.changed := pg_current_xact_id(); return new; end $function$;

CREATE OR REPLACE FUNCTION public.hosts_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into hosts_removed (host_id) values (old.id); return null; end $function$;

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin raise exception 'the audit is append-only'; end $function$;

CREATE OR REPLACE FUNCTION public.tally_added()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin
    insert into run_moves select wire_number, state, coalesce(outcome_hash, ''), count(*) from new_runs group by 1, 2, 3;
    return null;
  end $function$;

CREATE OR REPLACE FUNCTION public.tally_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin
    insert into run_moves values (old.wire_number, old.state, coalesce(old.outcome_hash, ''), -1),
      (new.wire_number, new.state, coalesce(new.outcome_hash, ''), 1);
    return null;
  end $function$;

CREATE OR REPLACE FUNCTION public.tally_removed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin
    insert into run_moves select wire_number, state, coalesce(outcome_hash, ''), -count(*) from old_runs group by 1, 2, 3;
    return null;
  end $function$;
