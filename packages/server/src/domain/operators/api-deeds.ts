import type { RouteName } from '@remotes/protocol/operators/routes';
import { hostsChangesDeeds } from '../api/hosts-changes.ts';
import { hostsPagesDeeds } from '../api/hosts-pages.ts';
import type { ApiDeeds } from './api-ask.ts';

/** Every deed of the operators' API: one for each route of the contract. */
export const apiDeeds: ApiDeeds<RouteName> = {
  ...hostsPagesDeeds,
  ...hostsChangesDeeds,
};
