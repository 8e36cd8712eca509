import { accountDecisions } from './accounts/account-decisions.ts';
import { decideChaining, decideCheckpoint, decideNotes } from './audit/chaining.ts';
import { takeTokenIntoUse } from './caller.ts';
import { decideClaim } from './claim.ts';
import { decideDelivery } from './command-get.ts';
import { decideReport } from './command-post.ts';
import { decideEnrolment } from './enrol.ts';
import { decidePruning } from './events/event-pruning.ts';
import { decideFinished } from './finished.ts';
import { decideFleet } from './fleet-apply.ts';
import { decideEdit } from './fleet-edit.ts';
import { decideGreeting } from './hello.ts';
import { decideRegistration } from './host-register.ts';
import { decideRemoval } from './host-removal.ts';
import { decideRename } from './host-rename.ts';
import { decideStanding } from './host-standing.ts';
import { decideVerification } from './host-verify.ts';
import { decideGrouping } from './hosts-group-change.ts';
import { decideDispatch } from './jobs/job-dispatch.ts';
import { decideExpiry, decideJobsEnd } from './jobs/job-end.ts';
import { decidePreview } from './jobs/job-preview.ts';
import { decideJobStop, decideWaitingCancelled } from './jobs/job-stop.ts';
import { decideSuccession } from './key-succession.ts';
import { decidePause, decideResumption } from './offering-pause.ts';
import { decideKeyReserved, decideKeySettled } from './operators/idempotency-keys.ts';
import { whileStanding } from './operators/standing.ts';
import type { ApiLogEntry, Tables, Visit } from './ports.ts';
import { decideRecollection } from './ran.ts';
import { decideRecoveryKeyTaken } from './recovery-key.ts';
import { decideRefused } from './refused.ts';
import { decideReveal, decideRevocation, decideToken } from './registration-token-administration.ts';
import { decideKeyRotation } from './rotate-key.ts';
import { interruptOverdueRuns } from './run-overdue.ts';
import { decideStop } from './run-stop.ts';
import { offerKeys } from './server-keys.ts';
import { decideStart } from './started.ts';
import { decideOutput } from './store-output.ts';
import { decideTicketKey } from './ticket-keys.ts';
import { decideV1Allowance } from './v1-allowance.ts';
import { decideValue, decideVariable, decideVariableRemoval } from './variable-change.ts';

/**
 * Everything that changes what is remembered. Each takes the tables of one transaction and plain data, and awaits
 * nothing but those tables.
 */
const everyDecision = {
  ...accountDecisions,
  registerHost: decideRegistration,
  verifyHost: decideVerification,
  enrolChannelKey: decideEnrolment,
  rotateChannelKey: decideKeyRotation,
  renewTicketKey: decideTicketKey,
  useHostToken: takeTokenIntoUse,
  deliverRun: decideDelivery,
  finishRun: decideReport,
  greetHost: decideGreeting,
  recallRuns: decideRecollection,
  claimRuns: decideClaim,
  noteStarted: decideStart,
  storeOutput: decideOutput,
  settleSealedRun: decideFinished,
  refuseRun: decideRefused,
  stopRun: decideStop,
  dispatchJob: decideDispatch,
  previewJob: decidePreview,
  stopJob: decideJobStop,
  cancelWaiting: decideWaitingCancelled,
  expireJobs: decideExpiry,
  endJobs: decideJobsEnd,
  foldRunMoves: (tables: Tables, _: null) => tables.jobRuns.foldMoves(),
  interruptOverdueRuns,
  recordVisits: (tables: Tables, visits: Visit[]) => tables.hosts.recordVisits(visits),
  recordRequests: (tables: Tables, entries: ApiLogEntry[]) => tables.apiLog.add(entries),
  offerKeys,
  succeedSigningKey: decideSuccession,
  forgetRecoveryKey: decideRecoveryKeyTaken,
  pruneApiLog: (tables: Tables, { olderThan, limit }: { olderThan: number; limit: number }) =>
    tables.apiLog.prune(olderThan, limit),
  createRegistrationToken: decideToken,
  revokeRegistrationTokens: decideRevocation,
  revealRegistrationToken: decideReveal,
  changeHostsStanding: decideStanding,
  allowV1: decideV1Allowance,
  renameHost: decideRename,
  removeHosts: decideRemoval,
  groupHosts: decideGrouping,
  pauseOffering: decidePause,
  resumeOffering: decideResumption,
  applyFleet: decideFleet,
  editFleet: decideEdit,
  createVariable: decideVariable,
  removeVariable: decideVariableRemoval,
  setValue: decideValue,
  noteAudit: decideNotes,
  chainAudit: decideChaining,
  keepCheckpoint: decideCheckpoint,
  pruneEvents: decidePruning,
  reserveIdempotencyKey: decideKeyReserved,
  settleIdempotencyKey: decideKeySettled,
  pruneIdempotencyKeys: (tables: Tables, { olderThan }: { olderThan: number }) =>
    tables.idempotencyKeys.prune(olderThan),
};
export type Decisions = typeof everyDecision;

/** The same, each taken for those alone who still have the rights that they were let in with. */
export const decisions = Object.fromEntries(
  Object.entries(everyDecision).map(([name, decide]) => [
    name,
    whileStanding(decide as (tables: Tables, input: unknown) => Promise<unknown>),
  ]),
) as Decisions;

/**
 * How far a decision reaches. `fleet`: it may look at and change anything, so that no other is taken beside it.
 * `host`: it decides by the rows of the host that its input names, by definitions and by nothing else, and changes
 * that host's rows only. `apart`: no decision of another name looks at what it changes, and it looks at nothing else.
 */
export type Reach = 'fleet' | 'host' | 'apart';
export type Reaches = Readonly<Partial<Record<string, Reach>>>;

/** Those that reach less far than the fleet: on PostgreSQL they go side by side. */
export const reaches = {
  deliverRun: 'host',
  finishRun: 'host',
  greetHost: 'host',
  recallRuns: 'host',
  claimRuns: 'host',
  noteStarted: 'host',
  storeOutput: 'host',
  settleSealedRun: 'host',
  refuseRun: 'host',
  // Only looks, and is a preview: what changes meanwhile changes the job too.
  previewJob: 'apart',
  recordVisits: 'apart',
  recordRequests: 'apart',
  noteAudit: 'apart',
  chainAudit: 'apart',
  keepCheckpoint: 'apart',
  foldRunMoves: 'apart',
  pruneEvents: 'apart',
  pruneApiLog: 'apart',
  reserveIdempotencyKey: 'apart',
  settleIdempotencyKey: 'apart',
  pruneIdempotencyKeys: 'apart',
} as const satisfies {
  [Name in keyof Decisions]?: Parameters<Decisions[Name]>[1] extends { hostId: number } ? 'host' : 'apart';
};
