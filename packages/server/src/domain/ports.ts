import type { ApiLogTable } from './ports/api-log.ts';
import type { ApiTokensTable } from './ports/api-token.ts';
import type { AuditTable } from './ports/audit.ts';
import type { CommandsGroupsTable, CommandsTable } from './ports/command.ts';
import type { DeviceLoginsTable } from './ports/device-login.ts';
import type { EventsTable } from './ports/event.ts';
import type { HostsTable, HostTokensTable } from './ports/host.ts';
import type { HostsGroupsTable } from './ports/hosts-group.ts';
import type { IdempotencyKeysTable } from './ports/idempotency-keys.ts';
import type { JobRunsTable, JobsTable } from './ports/job.ts';
import type { OperatorsTable } from './ports/operator.ts';
import type { OperatorSessionsTable } from './ports/operator-session.ts';
import type { PasskeysTable } from './ports/passkey.ts';
import type { PendingTable } from './ports/pending.ts';
import type { RegistrationTokensTable } from './ports/registration-token.ts';
import type { OutputsTable, RunsTable } from './ports/run.ts';
import type { ServerTable } from './ports/server.ts';
import type { SettingsTable } from './ports/setting.ts';
import type { SetupLinksTable } from './ports/setup-link.ts';
import type { SignInAttemptsTable } from './ports/sign-in-attempt.ts';
import type { VariablesTable } from './ports/variable.ts';

export type * from './ports/api-log.ts';
export type * from './ports/api-token.ts';
export type * from './ports/audit.ts';
export type * from './ports/command.ts';
export type * from './ports/device-login.ts';
export type * from './ports/event.ts';
export type * from './ports/host.ts';
export type * from './ports/hosts-group.ts';
export type * from './ports/idempotency-keys.ts';
export type * from './ports/job.ts';
export type * from './ports/operator.ts';
export type * from './ports/operator-session.ts';
export type * from './ports/passkey.ts';
export type * from './ports/pending.ts';
export type * from './ports/registration-token.ts';
export type * from './ports/run.ts';
export type * from './ports/server.ts';
export type * from './ports/setting.ts';
export type * from './ports/setup-link.ts';
export type * from './ports/sign-in-attempt.ts';
export type * from './ports/variable.ts';

/**
 * What the mind asks of the memory. Every time is in milliseconds since 1970, every method is one statement (or a
 * few) on the connection it belongs to; a decision's methods all run in one durable transaction.
 */
export interface Tables {
  readonly server: ServerTable;
  readonly hosts: HostsTable;
  readonly hostsGroups: HostsGroupsTable;
  readonly registrationTokens: RegistrationTokensTable;
  readonly hostTokens: HostTokensTable;
  readonly settings: SettingsTable;
  readonly variables: VariablesTable;
  readonly commandsGroups: CommandsGroupsTable;
  readonly commands: CommandsTable;
  readonly jobs: JobsTable;
  readonly jobRuns: JobRunsTable;
  readonly pending: PendingTable;
  readonly runs: RunsTable;
  readonly outputs: OutputsTable;
  readonly apiLog: ApiLogTable;
  readonly audit: AuditTable;
  readonly events: EventsTable;
  readonly idempotencyKeys: IdempotencyKeysTable;
  readonly operators: OperatorsTable;
  readonly operatorSessions: OperatorSessionsTable;
  readonly apiTokens: ApiTokensTable;
  readonly passkeys: PasskeysTable;
  readonly setupLinks: SetupLinksTable;
  readonly deviceLogins: DeviceLoginsTable;
  readonly signInAttempts: SignInAttemptsTable;
}
