import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { currentDefinitions } from './definitions.ts';
import { describeChanges, type FleetChange } from './fleet-changes.ts';
import { countNewlyDue } from './fleet-due.ts';
import type { Findings } from './fleet-findings.ts';
import { type FleetRequest, planFleet } from './fleet-plan.ts';
import { readFleetState, readFleetValues } from './fleet-state.ts';
import type { FleetPlan } from './fleet-steps.ts';
import type { Tables } from './ports.ts';
import { refusalOfRuns } from './run-guard.ts';

/** What a file would do. */
export type FleetPreview = Findings & {
  readonly changes: readonly FleetChange[];
  /** On how many verified hosts something will run because of it. */
  readonly willRunOn: number;
  /** The number of hosts wants to be agreed to first: the sentence that says so. */
  readonly needsYes: string | undefined;
  /** Of the plan: another one means that something else would be done. */
  readonly fingerprint: string;
};

export type PreviewRequest = FleetRequest & {
  readonly now: number;
  /** On how many hosts commands may run because of it, as was agreed to. */
  readonly agreedHosts: number | null;
};

/** Looks at what a file would do, and changes nothing. */
export async function previewFleet(
  tables: Tables,
  request: PreviewRequest,
): Promise<{ plan: FleetPlan; preview: FleetPreview }> {
  const { file, now, agreedHosts } = request;
  const state = await readFleetState(tables);
  const findValue = await readFleetValues(tables, state, file);
  const { plan, findings } = planFleet(state, findValue, request);
  const isSound = findings.problems.length === 0;
  const willRunOn = isSound ? await countNewlyDue(tables, plan, now) : 0;
  const refusal = refusalOfRuns(await currentDefinitions(tables), willRunOn, agreedHosts);
  const preview = {
    ...findings,
    changes: describeChanges(plan),
    willRunOn,
    needsYes: refusal?.sentence,
    fingerprint: sha256Hex(JSON.stringify([plan, willRunOn])),
  };
  return { plan, preview };
}
