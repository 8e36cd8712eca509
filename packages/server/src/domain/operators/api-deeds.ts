import type { RouteName } from '@remotes/protocol/operators/routes';
import type { ApiDeeds } from './api-ask.ts';

/** Every deed of the operators' API: one for each route of the contract. */
export const apiDeeds: ApiDeeds<RouteName> = {};
