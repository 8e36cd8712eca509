import type { Tables } from '../domain/ports.ts';
import type { Connection } from './connection.ts';
import { apiLogTable } from './tables/api-log.ts';
import { apiTokensTable } from './tables/api-tokens.ts';
import { auditTable } from './tables/audit.ts';
import { commandsTable } from './tables/commands.ts';
import { commandsGroupsTable } from './tables/commands-groups.ts';
import { deviceLoginsTable } from './tables/device-logins.ts';
import { eventsTable } from './tables/events.ts';
import { hostTokensTable } from './tables/host-tokens.ts';
import { hostsTable } from './tables/hosts.ts';
import { hostsGroupsTable } from './tables/hosts-groups.ts';
import { idempotencyKeysTable } from './tables/idempotency-keys.ts';
import { jobRunsTable } from './tables/job-runs.ts';
import { jobsTable } from './tables/jobs.ts';
import { operatorSessionsTable } from './tables/operator-sessions.ts';
import { operatorsTable } from './tables/operators.ts';
import { outputsTable } from './tables/outputs.ts';
import { passkeysTable } from './tables/passkeys.ts';
import { pendingTable } from './tables/pending.ts';
import { registrationTokensTable } from './tables/registration-tokens.ts';
import { runsTable } from './tables/runs.ts';
import { serverTable } from './tables/server.ts';
import { settingsTable } from './tables/settings.ts';
import { setupLinksTable } from './tables/setup-links.ts';
import { signInAttemptsTable } from './tables/sign-in-attempts.ts';
import { variablesTable } from './tables/variables.ts';

/** Every table, as one connection reaches it. */
export function tablesOn(connection: Connection): Tables {
  return Object.freeze({
    server: serverTable(connection),
    hosts: hostsTable(connection),
    hostsGroups: hostsGroupsTable(connection),
    registrationTokens: registrationTokensTable(connection),
    hostTokens: hostTokensTable(connection),
    settings: settingsTable(connection),
    variables: variablesTable(connection),
    commandsGroups: commandsGroupsTable(connection),
    commands: commandsTable(connection),
    jobs: jobsTable(connection),
    jobRuns: jobRunsTable(connection),
    pending: pendingTable(connection),
    runs: runsTable(connection),
    outputs: outputsTable(connection),
    apiLog: apiLogTable(connection),
    audit: auditTable(connection),
    events: eventsTable(connection),
    idempotencyKeys: idempotencyKeysTable(connection),
    operators: operatorsTable(connection),
    operatorSessions: operatorSessionsTable(connection),
    apiTokens: apiTokensTable(connection),
    passkeys: passkeysTable(connection),
    setupLinks: setupLinksTable(connection),
    deviceLogins: deviceLoginsTable(connection),
    signInAttempts: signInAttemptsTable(connection),
  });
}
