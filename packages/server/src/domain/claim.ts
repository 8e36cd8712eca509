import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { ServerMessage } from '@remotes/protocol/messages';
import type { Claim, GiveRun } from '@remotes/protocol/messages/claim';
import { v7 as uuidv7 } from 'uuid';
import { refusalOfHost } from './caller.ts';
import { besideLimit, withinSlots } from './channel-slots.ts';
import { type CommandDefinition, currentDefinitions } from './definitions.ts';
import type { Speaker } from './host-messages.ts';
import { lookAtWork, readWork } from './hosts-work.ts';
import { asGiven } from './jobs/job-definition.ts';
import { hasFreeSlot } from './jobs/job-slots.ts';
import { dueCommands, offeredCommands } from './offer.ts';
import type { Tables } from './ports.ts';
import { afterRequest, isOvertaken, type RequestOrder } from './request-order.ts';
import { mayDeliver, noteDelivery, readInputs } from './run-delivery.ts';
import { giveRuns, type RunDelivery, type RunToGive } from './run-giving.ts';

/** Runs that a host may have at once. */
export const claimLimit = 8;

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
    limit: Math.min(limit, claimLimit),
    isLive: false,
    graceMs: mind.limits.graceSeconds * 1000,
    now: mind.clock(),
  });
  if (isRefusal(claimed)) return claimed;
  const runs = giveRuns(toGive(speaker, claimed));
  return [...runs, { type: 'claimed', runs: runs.length, has_more: claimed.hasMore, time_ms: claimed.now }];
}

/** Its runs, why it gets none, or what went wrong. */
export type HandedOut = readonly GiveRun[] | Refusal | { readonly fault: unknown };

/** What these hosts on the live channel are given without asking, each in its place. */
export async function claimForChannel(speakers: readonly Speaker[]): Promise<readonly HandedOut[]> {
  const asked = await Promise.allSettled(speakers.map(decideForChannel));
  const claims = asked.map((settled) => {
    if (settled.status === 'rejected') return { fault: settled.reason as unknown };
    return settled.value;
  });
  const given = giveRuns(
    claims.flatMap((claimed, index) => ('deliveries' in claimed ? toGive(speakers[index]!, claimed) : [])),
  );
  let next = 0;
  return claims.map((claimed) => {
    if (!('deliveries' in claimed)) return claimed;
    const own = given.slice(next, next + claimed.deliveries.length);
    next += own.length;
    return own.map((run) => ({ ...run, time_ms: claimed.now }));
  });
}

function decideForChannel({ mind, host, order }: Speaker): Promise<Claimed | Refusal> {
  return mind.storage.decide('claimRuns', {
    hostId: host.id,
    order,
    wireNumber: null,
    limit: 1 + besideLimit,
    isLive: true,
    graceMs: mind.limits.graceSeconds * 1000,
    now: mind.clock(),
  });
}

function toGive({ mind, serverKeys }: Speaker, { deliveries, keyFingerprint, now }: Claimed): RunToGive[] {
  return deliveries.map((delivery) => ({
    ...delivery,
    masterKey: mind.masterKey,
    serverKeys,
    keyFingerprint,
    now,
  }));
}

export type ClaimRequest = {
  hostId: number;
  order: RequestOrder;
  /** This command and no other; null for whatever is due. */
  wireNumber: number | null;
  /** So many runs at most. */
  limit: number;
  /** On the live channel, where ad-hoc runs go beside the others. */
  isLive: boolean;
  graceMs: number;
  now: number;
};

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
  { hostId, order, wireNumber, limit, isLive, graceMs, now }: ClaimRequest,
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
    : batchOf(offered).slice(0, limit);

  const deliveries: RunDelivery[] = [];
  const passed = new Set<number>();
  let deadlineAt = now + graceMs;
  for (const command of batch) {
    passed.add(command.id);
    if (!(await hasFreeSlot(tables, command))) continue;
    const former = await tables.runs.ofHost(hostId, command.id);
    if (!(await mayDeliver(tables, command, { hostId, former }))) continue;
    deadlineAt += command.timeoutSeconds * 1000;
    const inputs = await readInputs(tables, definitions, { command, hostId, former });
    const runId = former?.id ?? uuidv7();
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
