import { accountRoutes } from './account.ts';
import { apiLogRoutes } from './api-log.ts';
import { apiTokensRoutes } from './api-tokens.ts';
import { auditRoutes } from './audit.ts';
import { commandsRoutes } from './commands.ts';
import { commandsGroupsRoutes } from './commands-groups.ts';
import { deviceLoginsRoutes } from './device-logins.ts';
import { eventsRoutes } from './events.ts';
import { fleetRoutes } from './fleet.ts';
import { hostsRoutes } from './hosts.ts';
import { hostsGroupsRoutes } from './hosts-groups.ts';
import { jobsRoutes } from './jobs.ts';
import { operatorsRoutes } from './operators.ts';
import { passkeysRoutes } from './passkeys.ts';
import { registrationTokensRoutes } from './registration-tokens.ts';
import type { ApiRoute } from './route.ts';
import { runsRoutes } from './runs.ts';
import { serverRoutes } from './server.ts';
import { sessionsRoutes } from './sessions.ts';
import { settingsRoutes } from './settings.ts';
import { variablesRoutes } from './variables.ts';

/** Every request of the operators' API, by its name. */
export const routes = {
  ...sessionsRoutes,
  ...accountRoutes,
  ...passkeysRoutes,
  ...deviceLoginsRoutes,
  ...operatorsRoutes,
  ...apiTokensRoutes,
  ...auditRoutes,
  ...eventsRoutes,
  ...jobsRoutes,
  ...runsRoutes,
  ...hostsRoutes,
  ...hostsGroupsRoutes,
  ...registrationTokensRoutes,
  ...commandsGroupsRoutes,
  ...commandsRoutes,
  ...settingsRoutes,
  ...variablesRoutes,
  ...fleetRoutes,
  ...apiLogRoutes,
  ...serverRoutes,
} as const satisfies Record<string, ApiRoute>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
