import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from './clock.ts';
import { notePlan } from './fleet-audit.ts';
import { executePlan } from './fleet-execution.ts';
import { type FleetPreview, type PreviewRequest, previewFleet } from './fleet-preview.ts';
import { sealFleetValues } from './fleet-sealing.ts';
import type { Author } from './operators/actor.ts';
import type { Tables } from './ports.ts';
import { startProblem } from './start-problem.ts';
import type { Storage } from './storage.ts';

export type ApplyManner = {
  readonly by: Author;
  readonly isPruning: boolean;
  /** On how many hosts commands may run because of it, as was agreed to. */
  readonly agreedHosts: number | null;
  /** False: only look. */
  readonly mayApply: boolean;
  /** Is shown what will be done, before it is; once more if it changes meanwhile. */
  show(preview: FleetPreview): void;
};

export type ApplyOutcome = {
  readonly status: 'applied' | 'unchanged' | 'planned' | 'unconfirmed' | 'wrong';
  readonly preview: FleetPreview;
};

/** How often the fleet may change under our hands before we give up. */
const mostAttempts = 5;

/** Makes the fleet what a file says: shows what that means, then does exactly this, all of it or nothing. */
export async function applyFleet(
  { storage, masterKey, clock }: { storage: Storage; masterKey: MasterKey; clock: Clock },
  file: FleetFile,
  { by, isPruning, agreedHosts, mayApply, show }: ApplyManner,
): Promise<ApplyOutcome> {
  const commandCount = (file.commands_groups ?? []).flatMap(({ commands = [] }) => commands).length;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const sealedValues = sealFleetValues(masterKey, await storage.tables.settings.list(), file);
    const request = { file, sealedValues, isPruning, agreedHosts, now: clock(), by };
    const { preview } = await previewFleet(storage.tables, request);
    if (preview.problems.length > 0) return { status: 'wrong', preview };
    show(preview);
    if (preview.changes.length === 0) return { status: 'unchanged', preview };
    if (!mayApply) return { status: 'planned', preview };
    if (preview.needsYes !== undefined) return { status: 'unconfirmed', preview };
    const jobIds = Array.from({ length: commandCount }, () => uuidv7());
    if (await storage.decide('applyFleet', { ...request, fingerprint: preview.fingerprint, jobIds })) {
      return { status: 'applied', preview };
    }
  }
  throw startProblem('The fleet is being changed by others all the time: try again.');
}

export type ApplyRequest = PreviewRequest & {
  readonly by: Author;
  /** Of the preview that was shown. */
  readonly fingerprint: string;
  /** One for each command that the file names. */
  readonly jobIds: readonly string[];
};

/** Decides to do what was shown; does nothing, and says false, when it would be something else by now. */
export async function decideFleet(tables: Tables, request: ApplyRequest): Promise<boolean> {
  const { plan, preview } = await previewFleet(tables, request);
  const isAsShown = preview.fingerprint === request.fingerprint;
  if (!isAsShown || preview.problems.length > 0 || preview.needsYes !== undefined) return false;
  await notePlan(tables, plan, await executePlan(tables, plan, request), request);
  await tables.server.bumpEpoch();
  return true;
}
