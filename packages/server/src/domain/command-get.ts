import { newFernetKey, sealFernet } from '@remotes/protocol/crypto/fernet';
import { encryptOaep } from '@remotes/protocol/crypto/rsa';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { CommandGetAnswer } from '@remotes/protocol/requests/command-get';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import { v7 as uuidv7 } from 'uuid';
import { refusalOfHost } from './caller.ts';
import { type CommandDefinition, currentDefinitions, type Definitions } from './definitions.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { isDue, runsOnV1 } from './offer.ts';
import type { Run, Setting, Tables } from './ports.ts';
import { mayMove } from './run-moves.ts';
import { openSetting } from './secret-setting.ts';
import { wrapForV1 } from './shell-wrap.ts';

/** Hands a command to a host, sealed for it. From the commit on, before the answer leaves, it counts as delivered. */
export async function getCommand(
  mind: Mind,
  host: KnownHost,
  wireNumber: number,
): Promise<CommandGetAnswer | Refusal> {
  const delivery = await mind.storage.decide('deliverRun', {
    hostId: host.id,
    wireNumber,
    runId: uuidv7(),
    graceMs: mind.limits.graceSeconds * 1000,
    now: mind.clock(),
  });
  if (isRefusal(delivery)) return delivery;
  const settings = Object.fromEntries(
    delivery.settings.map((setting) => [setting.name, openSetting(mind.masterKey, setting)]),
  );
  return sealForHost(host, wireNumber, {
    name: delivery.name,
    settings,
    variables: delivery.variables,
    program: wrapForV1(delivery.interpreter, delivery.program),
    timeoutSeconds: delivery.timeoutSeconds,
  });
}

type Handed = {
  name: string;
  settings: Readonly<Record<string, string>>;
  variables: Readonly<Record<string, string | null>>;
  program: string;
  timeoutSeconds: number;
};

function sealForHost(host: KnownHost, wireNumber: number, handed: Handed): CommandGetAnswer {
  const { text, key } = newFernetKey();
  const sealed = (plain: string) => sealFernet(key, plain);
  return {
    id: wireNumber,
    name: sealed(handed.name),
    settings: mapValues(handed.settings, sealed),
    variables: mapValues(handed.variables, (value) => (value === null ? null : sealed(value))),
    command: sealed(handed.program),
    timeout: handed.timeoutSeconds,
    encrypted: ['name', 'settings', 'variables', 'command'],
    encryption_key: encryptOaep(host.publicKey, text),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

export type DeliveryRequest = {
  hostId: number;
  wireNumber: number;
  /** The id that the run gets if it is new. */
  runId: string;
  graceMs: number;
  now: number;
};

/** What a host is handed: settings still sealed where they are secret. */
export type Delivery = {
  name: string;
  interpreter: Interpreter;
  program: string;
  timeoutSeconds: number;
  settings: Setting[];
  variables: Record<string, string | null>;
};

/** Decides whether this host may have this command now, by the rules of the list, and notes that it has it. */
export async function decideDelivery(
  tables: Tables,
  { hostId, wireNumber, runId, graceMs, now }: DeliveryRequest,
): Promise<Delivery | Refusal> {
  const host = await tables.hosts.byId(hostId);
  const refusal = host ? refusalOfHost(host) : refuse('permission_denied');
  if (refusal) return refusal;
  const definitions = await currentDefinitions(tables);
  const command = definitions.commands.get(wireNumber);
  if (!command || definitions.isPaused || !isDue(command, now) || !runsOnV1(command.interpreter)) {
    return refuse('not_found');
  }
  const former = await tables.runs.ofHost(hostId, wireNumber);
  if (former ? !hasAttemptLeft(former, command) : !(await tables.pending.has(hostId, wireNumber))) {
    return refuse('not_found');
  }
  if (command.stopOnFailure && (await isHeld(tables, hostId, command, former))) return refuse('not_found');

  const inputs = await readInputs(tables, definitions, command, hostId);
  const runNumber = await noteDelivery(tables, {
    hostId,
    runId,
    now,
    command,
    former,
    inputs: describe(inputs),
  });
  await tables.runs.setDeadline({ number: runNumber, hostId }, now + command.timeoutSeconds * 1000 + graceMs);
  if (command.stopOnFailure) await tables.runs.hold(hostId, command.commandsGroupId, runNumber);
  const { name, interpreter, program, timeoutSeconds } = command;
  return { name, interpreter, program, timeoutSeconds, ...inputs };
}

/** A command may be handed out again only where its author allowed attempts, and while nobody knows how it ended. */
export function hasAttemptLeft(run: Run, command: CommandDefinition): boolean {
  const isOpen = run.state === 'delivered' || mayMove(run.state, 'delivered');
  return isOpen && run.attempt < command.attempts;
}

/** Whether another run of the commands group keeps this host from going on. */
async function isHeld(
  tables: Tables,
  hostId: number,
  command: CommandDefinition,
  former: Run | undefined,
): Promise<boolean> {
  const holds = await tables.runs.holdsOfHost(hostId);
  return holds.some(
    (hold) => hold.commandsGroupId === command.commandsGroupId && hold.runNumber !== former?.number,
  );
}

type Inputs = Pick<Delivery, 'settings' | 'variables'>;

async function readInputs(
  tables: Tables,
  definitions: Definitions,
  command: CommandDefinition,
  hostId: number,
): Promise<Inputs> {
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

/** What the run remembers of its inputs: of secret settings the name alone. */
function describe({ settings, variables }: Inputs): string {
  const shown = settings.map(({ name, value, isSecret }) => [name, isSecret ? { secret: true } : value]);
  return JSON.stringify({ settings: Object.fromEntries(shown), variables });
}

type DeliveryNote = {
  hostId: number;
  runId: string;
  now: number;
  command: CommandDefinition;
  former: Run | undefined;
  inputs: string;
};

async function noteDelivery(tables: Tables, note: DeliveryNote): Promise<number> {
  const { hostId, runId, now, command, former, inputs } = note;
  await tables.pending.remove(hostId, command.id);
  const delivered = {
    revision: command.revision,
    attempt: (former?.attempt ?? 0) + 1,
    state: 'delivered',
    interpreter: command.interpreter,
    inputs,
    deliveredAt: now,
  } as const;
  if (!former) {
    return tables.runs.add({
      ...delivered,
      id: runId,
      jobId: command.jobId,
      hostId,
      wireNumber: command.id,
      commandName: command.name,
    });
  }
  await tables.runs.change(former.number, { ...delivered, reason: null, finishedAt: null });
  return former.number;
}
