import { accountRoutes } from './account.ts';
import { apiTokensRoutes } from './api-tokens.ts';
import { auditRoutes } from './audit.ts';
import { deviceLoginsRoutes } from './device-logins.ts';
import { eventsRoutes } from './events.ts';
import { hostsRoutes } from './hosts.ts';
import { operatorsRoutes } from './operators.ts';
import { passkeysRoutes } from './passkeys.ts';
import type { ApiRoute } from './route.ts';
import { sessionsRoutes } from './sessions.ts';

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
  ...hostsRoutes,
} as const satisfies Record<string, ApiRoute>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
