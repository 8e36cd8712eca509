import { randomUUID } from 'node:crypto';
import type {
  CommandRevision,
  CommandsGroup,
  Host,
  NewCommand,
  NewHost,
  NewRun,
  Tables,
} from '../../src/domain/ports.ts';

/** Rows for tests that need some to be there; what matters to a test it says itself. */
export function sampleHost(given: Partial<NewHost> = {}): NewHost {
  const uuid = randomUUID();
  return {
    uuid,
    publicPem: 'PEM',
    keyFingerprint: `fingerprint of ${uuid}`,
    registrationTokenId: null,
    registeredAt: 1_000,
    needsApproval: false,
    ...given,
  };
}

export async function addVerifiedHost(tables: Tables): Promise<Host> {
  const host = await tables.hosts.add(sampleHost());
  await tables.hosts.change(host.id, { state: 'verified', verifiedAt: 2_000 });
  return host;
}

export const sampleRevision: CommandRevision = {
  interpreter: 'python',
  timeoutSeconds: 15,
  attempts: 1,
  program: 'print("é")',
  settings: ['app_name'],
  variables: [{ name: 'serial', variableId: 7 }],
  outputVariables: [7, 8],
};

export function sampleCommand(commandsGroupId: number, given: Partial<NewCommand> = {}): NewCommand {
  return {
    ...sampleRevision,
    jobId: randomUUID(),
    commandsGroupId,
    name: 'uptime',
    description: 'how long it has been up',
    position: 1,
    isActive: true,
    ...given,
  };
}

export function sampleCommandsGroup(hostsGroupId: number, name = 'Inventory'): Omit<CommandsGroup, 'id'> {
  return {
    name,
    hostsGroupId,
    position: 1,
    afterAt: null,
    beforeAt: null,
    isActive: true,
    stopOnFailure: false,
  };
}

export function sampleRun(hostId: number, wireNumber: number, given: Partial<NewRun> = {}): NewRun {
  return {
    id: randomUUID(),
    jobId: randomUUID(),
    hostId,
    wireNumber,
    commandName: 'uptime',
    revision: 1,
    attempt: 1,
    state: 'delivered',
    inputs: '{"settings":{},"variables":{}}',
    interpreter: 'python',
    deliveredAt: 5_000,
    ...given,
  };
}

/** A hosts group with one commands group that is meant for it, holding this many commands. */
export async function addCommands(tables: Tables, count: number, name = 'All hosts') {
  const hostsGroup = await tables.hostsGroups.add(name, true);
  const commandsGroup = await tables.commandsGroups.add(sampleCommandsGroup(hostsGroup.id, `For ${name}`));
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await tables.commands.add(sampleCommand(commandsGroup.id, { name: `command ${index}` }), 1_000));
  }
  return { hostsGroup, commandsGroup, ids };
}
