import { auditRoutes } from './audit.ts';
import { eventsRoutes } from './events.ts';
import { hostsRoutes } from './hosts.ts';
import type { ApiRoute } from './route.ts';

/** Every request of the operators' API, by its name. */
export const routes = {
  ...auditRoutes,
  ...eventsRoutes,
  ...hostsRoutes,
} as const satisfies Record<string, ApiRoute>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
