import { newFernetKey, sealFernet } from '@remotes/protocol/crypto/fernet';
import { encryptOaep } from '@remotes/protocol/crypto/rsa';
import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { CommandGetAnswer } from '@remotes/protocol/requests/command-get';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import { v7 as uuidv7 } from 'uuid';
import { refusalOfV1Caller } from './caller.ts';
import { type CommandDefinition, currentDefinitions } from './definitions.ts';
import { asGiven } from './jobs/job-definition.ts';
import { hasFreeSlot } from './jobs/job-slots.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { isDue, runsOnV1 } from './offer.ts';
import type { Run, Tables } from './ports.ts';
import { type Inputs, mayDeliver, noteDelivery, readInputs } from './run-delivery.ts';
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

/** What a host is handed. */
export type Delivery = Inputs & {
  name: string;
  interpreter: Interpreter;
  program: string;
  timeoutSeconds: number;
};

/** Decides whether this host may have this command now, by the rules of the list, and notes that it has it. */
export async function decideDelivery(
  tables: Tables,
  { hostId, wireNumber, runId, graceMs, now }: DeliveryRequest,
): Promise<Delivery | Refusal> {
  const host = await tables.hosts.byId(hostId);
  // It may have proved its key since the door looked.
  const refusal = host ? refusalOfV1Caller(host) : refuse('permission_denied');
  if (refusal) return refusal;
  const definitions = await currentDefinitions(tables);
  const command = definitions.work.get(wireNumber);
  if (!command || definitions.isPaused || !isDue(command, now) || !runsOnV1(command.interpreter)) {
    return refuse('not_found');
  }
  if (!(await hasFreeSlot(tables, command))) return refuse('not_found');
  const former = await tables.runs.ofHost(hostId, wireNumber);
  if (!(await mayDeliver(tables, command, { hostId, former }))) return refuse('not_found');
  if (command.stopOnFailure && (await isHeld(tables, hostId, command, former))) return refuse('not_found');

  const inputs = await readInputs(tables, definitions, { command, hostId, former });
  const given = asGiven(command, former);
  const { name, interpreter, program, timeoutSeconds } = given;
  const deadlineAt = now + timeoutSeconds * 1000 + graceMs;
  await noteDelivery(tables, { hostId, command: given, former, inputs, runId, now, deadlineAt });
  return { name, interpreter, program, timeoutSeconds, ...inputs };
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
