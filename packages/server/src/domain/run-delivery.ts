import type { CommandDefinition, Definitions } from './definitions.ts';
import { frozenInputs } from './jobs/job-inputs.ts';
import { countMove } from './jobs/job-slots.ts';
import type { HandedSetting, Run, Tables } from './ports.ts';
import { mayMove } from './run-moves.ts';

/** What a host is handed besides the command itself: settings still sealed where they are secret. */
export type Inputs = {
  settings: readonly HandedSetting[];
  variables: Record<string, string | null>;
};

/** Whether this host may be given this command, as far as its own past is concerned. */
export async function mayDeliver(
  tables: Tables,
  command: CommandDefinition,
  { hostId, former }: { hostId: number; former: Run | undefined },
): Promise<boolean> {
  // A run that is queued again was never had: it is no attempt.
  if (command.job && former?.state !== 'queued') return false;
  if (!former || former.state === 'queued') return tables.pending.has(hostId, command.id);
  return hasAttemptLeft(former, command);
}

/** A command may be handed out again only where its author allowed attempts, and while nobody knows how it ended. */
export function hasAttemptLeft(run: Run, command: CommandDefinition): boolean {
  const isOpen = run.state === 'delivered' || mayMove(run.state, 'delivered');
  return isOpen && run.attempt < command.attempts;
}

/** Reads what the command is handed, as it stands now; of an ad-hoc job as it stood when that was made. */
export async function readInputs(
  tables: Tables,
  definitions: Definitions,
  { command, hostId, former }: { command: CommandDefinition; hostId: number; former: Run | undefined },
): Promise<Inputs> {
  if (command.job && former) return frozenInputs(command.job, former);
  const settings = command.settings.flatMap((name) => {
    const setting = definitions.settings.get(name);
    return setting?.isActive ? [setting] : [];
  });
  const variableIds = command.variables.map(({ variableId }) => variableId);
  const values = new Map(
    variableIds.length === 0
      ? []
      : (await tables.variables.valuesOfHost(hostId, variableIds)).map(({ variableId, value }) => [
          variableId,
          value,
        ]),
  );
  return {
    settings,
    variables: Object.fromEntries(
      command.variables.map(({ name, variableId }) => [name, values.get(variableId) ?? null]),
    ),
  };
}

export type DeliveryNote = {
  hostId: number;
  command: CommandDefinition;
  former: Run | undefined;
  inputs: Inputs;
  /** The id that the run gets if it is new. */
  runId: string;
  now: number;
  /** Until when it may stay silent. */
  deadlineAt: number;
};

/** Notes that the host has it. From the commit on it is out of the list, whatever becomes of the answer. */
export async function noteDelivery(
  tables: Tables,
  { hostId, command, former, inputs, runId, now, deadlineAt }: DeliveryNote,
): Promise<{ id: string; attempt: number }> {
  await tables.pending.remove(hostId, command.id);
  const id = former?.id ?? runId;
  const attempt = attemptAfter(former);
  const delivered = {
    revision: command.revision,
    attempt,
    state: 'delivered',
    interpreter: command.interpreter,
    inputs: describe(inputs),
    deliveredAt: now,
  } as const;
  let number = former?.number;
  if (number === undefined) {
    const { jobId, id: wireNumber, name: commandName } = command;
    number = await tables.runs.add({ ...delivered, id, jobId, hostId, wireNumber, commandName });
  } else {
    const afresh = { reason: null, startedAt: null, stopAskedAt: null, finishedAt: null, outcome: null };
    if (former) await countMove(tables, former, 'delivered', now);
    await tables.runs.change(number, { ...delivered, ...afresh });
  }
  await tables.runs.setDeadline({ number, hostId }, deadlineAt);
  if (command.stopOnFailure) await tables.runs.hold(hostId, command.commandsGroupId, number);
  return { id, attempt };
}

/** A host's journal refuses an attempt that began before; one that was queued again it has never seen. */
function attemptAfter(former: Run | undefined): number {
  if (!former) return 1;
  return former.state === 'queued' ? former.attempt : former.attempt + 1;
}

/** What the run remembers of its inputs: of secret settings the name alone. */
function describe({ settings, variables }: Inputs): string {
  const shown = settings.map(({ name, value, isSecret }) => [name, isSecret ? { secret: true } : value]);
  return JSON.stringify({ settings: Object.fromEntries(shown), variables });
}
