import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Claim, GiveRun } from '@remotes/protocol/messages/claim';
import type { ManifestLeaf } from '@remotes/protocol/values/manifest';
import { v7 as uuidv7 } from 'uuid';
import { refusalOfHost } from './caller.ts';
import { besideLimit, withinSlots } from './channel-slots.ts';
import { type CommandDefinition, currentDefinitions } from './definitions.ts';
import type { Speaker } from './host-messages.ts';
import { lookAtWork, readWork } from './hosts-work.ts';
import { asGiven } from './jobs/job-definition.ts';
import { hasFreeSlot } from './jobs/job-slots.ts';
import { inputsHash, signOrder } from './manifest.ts';
import { dueCommands, offeredCommands } from './offer.ts';
import type { Tables } from './ports.ts';
import { afterRequest, isOvertaken, type RequestOrder } from './request-order.ts';
import { type Inputs, mayDeliver, noteDelivery, readInputs } from './run-delivery.ts';
import { openSetting } from './secret-setting.ts';

/** Runs that a host may have at once. */
export const claimLimit = 8;

const dayMs = 24 * 60 * 60 * 1000;
/** Servers' clocks differ, and a host reckons from an answer that took its time. */
const clockSlackMs = 5 * 60 * 1000;
/** What stands behind a program that may take longer than this is not given along with it. */
const longestWaitMs = 60 * 60 * 1000;

/** Hands out what is due, signed. From the commit on, before the answer leaves, it counts as delivered. */
export async function claimRuns(
  speaker: Speaker,
  { limit, wire_number: wireNumber }: Claim,
): Promise<readonly ServerMessage[] | Refusal> {
  const { mind, host, order } = speaker;
  // Looked at first, so that a host that asks in vain makes nobody write.
  const { definitions, work } = await lookAtWork(mind, { hostId: host.id, isSealed: true });
  if (dueCommands(definitions, work, mind.clock()).length === 0) {
    return [{ type: 'claimed', runs: 0, has_more: false, time_ms: mind.clock() }];
  }
  const claimed = await mind.storage.decide('claimRuns', {
    hostId: host.id,
    order,
    wireNumber: wireNumber ?? null,
    runIds: newRunIds(Math.min(limit, claimLimit)),
    isLive: false,
    graceMs: mind.limits.graceSeconds * 1000,
    now: mind.clock(),
  });
  if (isRefusal(claimed)) return claimed;
  const runs = claimed.deliveries.map((delivery) => giveRun(speaker, delivery, claimed));
  return [...runs, { type: 'claimed', runs: runs.length, has_more: claimed.hasMore, time_ms: claimed.now }];
}

/** What a host on the live channel is given without asking. */
export async function claimForChannel(speaker: Speaker): Promise<readonly GiveRun[] | Refusal> {
  const { mind, host, order } = speaker;
  const claimed = await mind.storage.decide('claimRuns', {
    hostId: host.id,
    order,
    wireNumber: null,
    runIds: newRunIds(1 + besideLimit),
    isLive: true,
    graceMs: mind.limits.graceSeconds * 1000,
    now: mind.clock(),
  });
  if (isRefusal(claimed)) return claimed;
  return claimed.deliveries.map((delivery) => ({
    ...giveRun(speaker, delivery, claimed),
    time_ms: claimed.now,
  }));
}

function newRunIds(count: number): string[] {
  return Array.from({ length: count }, () => uuidv7());
}

function giveRun(
  { mind, serverKeys }: Speaker,
  { id, attempt, command, inputs }: RunDelivery,
  { keyFingerprint, now }: Pick<Claimed, 'keyFingerprint' | 'now'>,
): GiveRun {
  const settings = Object.fromEntries(
    inputs.settings.map((setting) => [setting.name, openSetting(mind.masterKey, setting)]),
  );
  const { variables } = inputs;
  const leaf: ManifestLeaf = {
    run: id,
    attempt,
    host: keyFingerprint,
    inputs_sha256: inputsHash({ settings, variables }),
  };
  const { jobId, program, interpreter, timeoutSeconds, beforeAt } = command;
  const { manifest, signature, proofs } = signOrder(
    serverKeys,
    {
      job: jobId,
      program,
      interpreter,
      timeoutSeconds,
      notBeforeMs: Math.max(0, now - clockSlackMs),
      expiresAtMs: Math.min(now + dayMs, beforeAt ?? Number.POSITIVE_INFINITY),
    },
    [leaf],
  );
  return {
    type: 'run',
    run: id,
    attempt,
    wire_number: command.id,
    group: command.commandsGroupId,
    revision: command.revision,
    name: command.name,
    program,
    settings,
    variables,
    manifest,
    signature,
    leaf,
    leaf_index: 0,
    proof: [...(proofs[0] ?? [])],
  };
}

export type ClaimRequest = {
  hostId: number;
  order: RequestOrder;
  /** This command and no other; null for whatever is due. */
  wireNumber: number | null;
  /** One for each run that may be given, for those that are new. */
  runIds: string[];
  /** On the live channel, where ad-hoc runs go beside the others. */
  isLive: boolean;
  graceMs: number;
  now: number;
};

type RunDelivery = { id: string; attempt: number; command: CommandDefinition; inputs: Inputs };

type Claimed = {
  deliveries: RunDelivery[];
  hasMore: boolean;
  /** Of the host's RSA key. */
  keyFingerprint: string;
  now: number;
};

/** Decides what a host is given now, by the rules of the list, and notes that it has it. */
export async function decideClaim(
  tables: Tables,
  { hostId, order, wireNumber, runIds, isLive, graceMs, now }: ClaimRequest,
): Promise<Claimed | Refusal> {
  const host = await tables.hosts.byId(hostId);
  const refusal = host ? refusalOfHost(host) : refuse('permission_denied');
  if (!host || refusal) return refusal ?? refuse('permission_denied');
  if (host.channelKey === null || isOvertaken(host, order)) return refuse('session_ended');
  const definitions = await currentDefinitions(tables);
  if (host.toldStoreId !== definitions.storeId) return refuse('past_wanted');
  const work = await readWork(tables, definitions, { hostId, isSealed: true });
  const isAsked = (command: CommandDefinition) => wireNumber === null || command.id === wireNumber;
  const offered = offeredCommands(definitions, work, now).filter(isAsked);
  const batch = isLive
    ? await withinSlots(tables, definitions, hostId, offered)
    : batchOf(offered).slice(0, runIds.length);

  const deliveries: RunDelivery[] = [];
  const passed = new Set<number>();
  let deadlineAt = now + graceMs;
  for (const [index, command] of batch.entries()) {
    passed.add(command.id);
    if (!(await hasFreeSlot(tables, command))) continue;
    const former = await tables.runs.ofHost(hostId, command.id);
    if (!(await mayDeliver(tables, command, { hostId, former }))) continue;
    deadlineAt += command.timeoutSeconds * 1000;
    const inputs = await readInputs(tables, definitions, { command, hostId, former });
    const runId = runIds[index]!;
    const given = asGiven(command, former);
    const note = { hostId, command: given, former, inputs, runId, now, deadlineAt };
    deliveries.push({ ...(await noteDelivery(tables, note)), command: given, inputs });
  }
  if (deliveries.length > 0) await tables.hosts.change(hostId, afterRequest(order));
  const isLeft = (command: CommandDefinition) => isAsked(command) && !passed.has(command.id);
  const hasMore = dueCommands(definitions, work, now).some(isLeft);
  return { deliveries, hasMore, keyFingerprint: host.keyFingerprint, now };
}

/**
 * The first commands of these that may be given together: inputs are read at delivery, so none may need what one before
 * it may save. The order stays: where one has to wait, all behind it do.
 */
function batchOf(commands: readonly CommandDefinition[]): CommandDefinition[] {
  const saved = new Set<number>();
  let waitMs = 0;
  const end = commands.findIndex(({ variables, outputVariables, timeoutSeconds }) => {
    if (waitMs > longestWaitMs || variables.some(({ variableId }) => saved.has(variableId))) return true;
    for (const variableId of outputVariables) saved.add(variableId);
    waitMs += timeoutSeconds * 1000;
    return false;
  });
  return end === -1 ? [...commands] : commands.slice(0, end);
}
