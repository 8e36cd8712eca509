import type { RouteName } from '@remotes/protocol/operators/routes';
import { accountDeeds } from '../accounts/account-deeds.ts';
import { apiLogDeeds } from '../api/api-log.ts';
import { commandRevisionsDeeds } from '../api/command-revisions.ts';
import { commandsDeeds } from '../api/commands.ts';
import { commandsGroupsDeeds } from '../api/commands-groups.ts';
import { fleetDeeds } from '../api/fleet.ts';
import { hostsChangesDeeds } from '../api/hosts-changes.ts';
import { hostsGroupsDeeds } from '../api/hosts-groups.ts';
import { hostsPagesDeeds } from '../api/hosts-pages.ts';
import { registrationTokensDeeds } from '../api/registration-tokens.ts';
import { serverDeeds } from '../api/server.ts';
import { settingsDeeds } from '../api/settings.ts';
import { valuesDeeds } from '../api/values.ts';
import { variablesDeeds } from '../api/variables.ts';
import { variablesMatrixDeeds } from '../api/variables-matrix.ts';
import { auditDeeds } from '../audit/audit-deeds.ts';
import { eventsDeeds } from '../events/events-deeds.ts';
import { jobsDeeds } from '../jobs/jobs-deeds.ts';
import { runsDeeds } from '../jobs/runs-deeds.ts';
import type { ApiDeeds } from './api-ask.ts';

/** Every deed of the operators' API: one for each route of the contract. */
export const apiDeeds: ApiDeeds<RouteName> = {
  ...accountDeeds,
  ...auditDeeds,
  ...eventsDeeds,
  ...jobsDeeds,
  ...runsDeeds,
  ...hostsPagesDeeds,
  ...hostsChangesDeeds,
  ...hostsGroupsDeeds,
  ...registrationTokensDeeds,
  ...commandsGroupsDeeds,
  ...commandsDeeds,
  ...commandRevisionsDeeds,
  ...settingsDeeds,
  ...variablesDeeds,
  ...fleetDeeds,
  ...variablesMatrixDeeds,
  ...valuesDeeds,
  ...apiLogDeeds,
  ...serverDeeds,
};
