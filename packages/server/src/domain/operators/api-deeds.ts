import type { RouteName } from '@remotes/protocol/operators/routes';
import { accountDeeds } from '../accounts/account-deeds.ts';
import { hostsChangesDeeds } from '../api/hosts-changes.ts';
import { hostsPagesDeeds } from '../api/hosts-pages.ts';
import { auditDeeds } from '../audit/audit-deeds.ts';
import { eventsDeeds } from '../events/events-deeds.ts';
import type { ApiDeeds } from './api-ask.ts';

/** Every deed of the operators' API: one for each route of the contract. */
export const apiDeeds: ApiDeeds<RouteName> = {
  ...accountDeeds,
  ...auditDeeds,
  ...eventsDeeds,
  ...hostsPagesDeeds,
  ...hostsChangesDeeds,
};
