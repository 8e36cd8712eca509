import type { HostState } from '@remotes/protocol/values/host';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { JobState } from '@remotes/protocol/values/job';
import type { RunState } from '@remotes/protocol/values/run';
import type { Generated, GeneratedAlways } from 'kysely';
import type { OutputStream } from '../domain/ports.ts';
import type { OperatorsSchema } from './operators-schema.ts';

/** The tables as both databases have them: times in milliseconds, booleans 0 or 1, JSON as text. */
export type Schema = OperatorsSchema & {
  migrations: { number: number; name: string; applied_at: number };
  server_state: ServerStateRow;
  hosts: HostRow;
  hosts_groups: { id: GeneratedAlways<number>; name: string; is_active: number };
  hosts_group_members: { hosts_group_id: number; host_id: number };
  registration_tokens: RegistrationTokenRow;
  registration_token_groups: { registration_token_id: number; hosts_group_id: number };
  host_tokens: HostTokenRow;
  host_signatures: { host_id: number; signature_hash: string };
  settings: SettingRow;
  variables: { id: GeneratedAlways<number>; category: string; name: string };
  variable_values: VariableValueRow;
  variable_value_history: VariableValueRow & {
    id: GeneratedAlways<number>;
    replaced_at: number;
    replaced_by: string;
  };
  wire_numbers: { number: GeneratedAlways<number> };
  commands_groups: CommandsGroupRow;
  commands: CommandRow;
  command_revisions: CommandRevisionRow;
  jobs: JobRow;
  pending: { host_id: number; wire_number: number };
  runs: RunRow;
  flights: { run_number: number; host_id: number; deadline_at: number };
  holds: { host_id: number; commands_group_id: number; run_number: number };
  run_statements: { run_number: number; statement: string; signature: string; channel_key: string };
  key_successions: KeySuccessionRow;
  ticket_keys: { id: string; created_at: number; sealed: string };
  run_output: { run_number: number; stream: OutputStream; chunk: number; bytes: Uint8Array };
  api_log: ApiLogRow;
  idempotency_keys: IdempotencyKeyRow;
  audit_notes: { id: GeneratedAlways<number>; note: string };
  audit_entries: AuditEntryRow;
  audit_checkpoints: AuditCheckpointRow;
};

type ServerStateRow = {
  id: number;
  store_id: string;
  epoch: Generated<number>;
  work_epoch: Generated<number>;
  is_paused: Generated<number>;
  signing_public_pem: string | null;
  signing_private_sealed: string | null;
  server_id: string | null;
  recovery_public_pem: string | null;
  recovery_private_sealed: string | null;
};

type KeySuccessionRow = {
  number: number;
  previous_key: string;
  next_key: string;
  at_ms: number;
  signed_by: 'signing' | 'recovery';
  signature: string;
};

type HostRow = {
  id: GeneratedAlways<number>;
  uuid: string;
  name: string;
  public_pem: string;
  key_fingerprint: string;
  state: HostState;
  needs_approval: number;
  registration_token_id: number | null;
  registered_at: number;
  verified_at: number | null;
  last_seen_at: number | null;
  usual_interval_ms: number | null;
  last_address: string | null;
  client_agent: string | null;
  client_version: string | null;
  channel_key: string | null;
  channel_key_enrolled_at: number | null;
  facts: string | null;
  capability: number | null;
  boot: string | null;
  journal_id: string | null;
  told_store_id: string | null;
  sessions_from: number | null;
  counter_from: number | null;
};

type RegistrationTokenRow = {
  id: GeneratedAlways<number>;
  secret_hash: string;
  sealed: string;
  created_at: number;
  expires_at: number | null;
  uses: number | null;
  verified_count: Generated<number>;
  must_approve: number;
  revoked_at: number | null;
};

type HostTokenRow = {
  id: GeneratedAlways<number>;
  host_id: number;
  token_hash: string;
  created_at: number;
  used_at: number | null;
};

type SettingRow = {
  name: string;
  value: string;
  description: string;
  is_secret: number;
  is_active: number;
};

type VariableValueRow = {
  variable_id: number;
  host_id: number;
  value: string;
  set_at: number;
  set_by: string;
};

type CommandsGroupRow = {
  id: GeneratedAlways<number>;
  name: string;
  hosts_group_id: number;
  position: number;
  after_at: number | null;
  before_at: number | null;
  is_active: number;
  stop_on_failure: number;
};

/** `id` is the wire number, drawn from `wire_numbers`. */
type CommandRow = {
  id: number;
  commands_group_id: number;
  name: string;
  description: string;
  position: number;
  is_active: number;
  revision: number;
};

type CommandRevisionRow = {
  command_id: number;
  revision: number;
  created_at: number;
  interpreter: Interpreter;
  timeout_seconds: number;
  attempts: number;
  program: string;
  settings: string;
  variables: string;
  output_variables: string;
  created_by: string | null;
};

/** Of a standing job only what says which command it is; the command says the rest. */
type JobRow = {
  id: string;
  kind: 'standing' | 'ad_hoc';
  wire_number: number;
  command_id: number | null;
  parent_id: string | null;
  created_at: number;
  state: Generated<JobState>;
  name: string | null;
  of_command_id: number | null;
  revision: Generated<number>;
  interpreter: Interpreter | 'auto' | null;
  timeout_seconds: number | null;
  program: string | null;
  settings: string | null;
  variables: string | null;
  output_variables: string | null;
  asked_targets: string | null;
  targets: number | null;
  wave_size: number | null;
  stop_after: number | null;
  in_flight: Generated<number>;
  failures: Generated<number>;
  expires_at: number | null;
  created_by: string | null;
  operator_id: number | null;
  ended_at: number | null;
  counts: string | null;
};

/** Names no job by a foreign key: what a host ran stays readable after its command is gone. */
type RunRow = {
  number: GeneratedAlways<number>;
  id: string;
  job_id: string;
  host_id: number;
  wire_number: number;
  command_name: string;
  revision: number;
  attempt: number;
  state: RunState;
  reason: string | null;
  exit_code: number | null;
  signal: string | null;
  inputs: string;
  interpreter: Interpreter;
  delivered_at: number | null;
  started_at: number | null;
  stop_asked_at: number | null;
  finished_at: number | null;
  result: string | null;
  output_bytes: Generated<number>;
  output_cut_bytes: Generated<number>;
  is_masked: Generated<number>;
  outcome_hash: string | null;
};

type ApiLogRow = {
  id: GeneratedAlways<number>;
  at: number;
  request_id: string;
  method: string;
  path: string;
  status: number;
  address: string;
  host_name: string | null;
  operator_name: string | null;
  client_agent: string | null;
  duration_ms: number;
  arguments: string | null;
};

type IdempotencyKeyRow = {
  actor: string;
  key: string;
  request_hash: string;
  answer: string | null;
  created_at: number;
};

/** `entry` is canonical JSON; the columns before it are for finding it. */
type AuditEntryRow = {
  number: number;
  at: number;
  actor: string;
  action: string;
  subject: string;
  entry: string;
  hash: string;
};

type AuditCheckpointRow = {
  size: number;
  server: string;
  hash: string;
  at_ms: number;
  signing_key: string;
  signature: string;
};
