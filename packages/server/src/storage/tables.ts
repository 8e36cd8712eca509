import type { Tables } from '../domain/ports.ts';
import type { Connection } from './connection.ts';
import { apiLogTable } from './tables/api-log.ts';
import { auditTable } from './tables/audit.ts';
import { commandsTable } from './tables/commands.ts';
import { commandsGroupsTable } from './tables/commands-groups.ts';
import { hostTokensTable } from './tables/host-tokens.ts';
import { hostsTable } from './tables/hosts.ts';
import { hostsGroupsTable } from './tables/hosts-groups.ts';
import { outputsTable } from './tables/outputs.ts';
import { pendingTable } from './tables/pending.ts';
import { registrationTokensTable } from './tables/registration-tokens.ts';
import { runsTable } from './tables/runs.ts';
import { serverTable } from './tables/server.ts';
import { settingsTable } from './tables/settings.ts';
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
    pending: pendingTable(connection),
    runs: runsTable(connection),
    outputs: outputsTable(connection),
    apiLog: apiLogTable(connection),
    audit: auditTable(connection),
  });
}
