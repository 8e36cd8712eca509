import { randomUUID } from 'node:crypto';
import type { Tables } from '../../../src/domain/ports.ts';
import { sampleCommand, sampleCommandsGroup, sampleHost, sampleRun } from '../../storage/sample-rows.ts';
import type { OpenDoor } from '../open-door.ts';
import { addOperator, withBearer } from './sample-operators.ts';

/** What there is within the rights of a narrowed operator, and once more without. Every name ends in `tag`. */
export type Place = {
  /** `inside-3`, say: no other place has it. */
  readonly tag: string;
  readonly hostsGroupId: number;
  readonly hostsGroupName: string;
  /** Verified, of this hosts group alone. */
  readonly hostId: number;
  readonly hostName: string;
  /** Waits for approval; of this hosts group alone. */
  readonly pendingHostId: number;
  readonly commandsGroupId: number;
  readonly commandId: number;
  readonly commandName: string;
  /** Of the command, delivered to the host, not ended. */
  readonly runId: string;
  readonly variableId: number;
  readonly variableName: string;
  readonly registrationTokenId: number;
};
export type RightsFixture = { readonly inside: Place; readonly outside: Place; readonly door: OpenDoor };

/** Two hosts that have nothing in common: groups, commands, runs and values of their own. */
export async function createRightsFixture(door: OpenDoor, number: number): Promise<RightsFixture> {
  const now = door.fleet.mind.clock();
  const [inside, outside] = await door.fleet.administer(async (tables) => [
    await createPlace(tables, `inside-${number}`, now),
    await createPlace(tables, `outside-${number}`, now),
  ]);
  if (!inside || !outside) throw new Error('No fixture was made.');
  return { door, inside, outside };
}

async function createPlace(tables: Tables, tag: string, now: number): Promise<Place> {
  const hostsGroup = await tables.hostsGroups.add(`group-${tag}`, true);
  const registrationTokenId = await tables.registrationTokens.add(
    {
      secretHash: `hash of ${tag}`,
      sealed: '',
      createdAt: now,
      expiresAt: null,
      uses: null,
      mustApprove: true,
    },
    [hostsGroup.id],
  );
  const addHost = async (name: string, state: 'verified' | 'pending') => {
    const { id } = await tables.hosts.add(sampleHost({ registrationTokenId, registeredAt: now }));
    await tables.hosts.change(id, { name, state, verifiedAt: now });
    await tables.hostsGroups.join(hostsGroup.id, id);
    return id;
  };
  const hostId = await addHost(`host-${tag}`, 'verified');
  const pendingHostId = await addHost(`pending-host-${tag}`, 'pending');
  const variable = await tables.variables.add('place', `variable-${tag}`);
  await tables.variables.setValue({
    variableId: variable.id,
    hostId,
    value: `value-${tag}`,
    setAt: now,
    setBy: 'test',
  });
  const group = await tables.commandsGroups.add(sampleCommandsGroup(hostsGroup.id, `commands-group-${tag}`));
  const jobId = randomUUID();
  const commandName = `command-${tag}`;
  const commandId = await tables.commands.add(
    sampleCommand(group.id, { jobId, name: commandName, settings: [], variables: [], outputVariables: [] }),
    now,
  );
  const run = sampleRun(hostId, commandId, { jobId, commandName, deliveredAt: now });
  const runNumber = await tables.runs.add(run);
  await tables.outputs.addChunk(runNumber, 'stdout', 0, Buffer.from(`output-${tag}`));
  return {
    tag,
    hostsGroupId: hostsGroup.id,
    hostsGroupName: hostsGroup.name,
    hostId,
    hostName: `host-${tag}`,
    pendingHostId,
    commandsGroupId: group.id,
    commandId,
    commandName,
    runId: run.id,
    variableId: variable.id,
    variableName: variable.name,
    registrationTokenId,
  };
}

/** A job for the host inside and its one run, which waits to be handed out. */
export async function jobInside({ door, inside }: RightsFixture): Promise<{ jobId: string; runId: string }> {
  const now = door.fleet.mind.clock();
  const name = `dispatcher of ${inside.tag}`;
  const { token } = await addOperator(door.database, now, { name, role: 'operator' });
  const headers = withBearer(token);
  const body = { program: 'uptime', targets: { hosts: [inside.hostName] } };
  const made = await door.call('/api/v2/jobs', { headers, body });
  if (made.status !== 201) throw new Error(made.text);
  const { id: jobId } = JSON.parse(made.text);
  const runs = JSON.parse((await door.call(`/api/v2/jobs/${jobId}/runs`, { headers })).text);
  return { jobId, runId: runs.items[0].id };
}
