import type { HostState } from '@remotes/protocol/values/host';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { RunState } from '@remotes/protocol/values/run';

/**
 * What the mind asks of the memory. Every time is in milliseconds since 1970, every method is one statement (or a
 * few) on the connection it belongs to; a decision's methods all run in one durable transaction.
 */
export interface Tables {
  readonly server: ServerTable;
  readonly hosts: HostsTable;
  readonly hostsGroups: HostsGroupsTable;
  readonly registrationTokens: RegistrationTokensTable;
  readonly hostTokens: HostTokensTable;
  readonly settings: SettingsTable;
  readonly variables: VariablesTable;
  readonly commandsGroups: CommandsGroupsTable;
  readonly commands: CommandsTable;
  readonly pending: PendingTable;
  readonly runs: RunsTable;
  readonly outputs: OutputsTable;
  readonly apiLog: ApiLogTable;
}

/** The server's own single row. */
export type ServerRow = {
  storeId: string;
  /** Rises with every change that a cache must see. */
  epoch: number;
  /** After a restore nothing is offered until an administrator says so. */
  isPaused: boolean;
  signingPublicPem: string | null;
  signingPrivateSealed: string | null;
};

export interface ServerTable {
  read(): Promise<ServerRow>;
  epoch(): Promise<number>;
  bumpEpoch(): Promise<void>;
  /** Keeps the key pair only where none is stored yet, so that servers starting together agree on one. */
  offerSigningKey(publicPem: string, privateSealed: string): Promise<void>;
  setPaused(isPaused: boolean): Promise<void>;
  setStoreId(storeId: string): Promise<void>;
}

export type Host = {
  id: number;
  uuid: string;
  name: string;
  publicPem: string;
  keyFingerprint: string;
  state: HostState;
  needsApproval: boolean;
  registrationTokenId: number | null;
  registeredAt: number;
  verifiedAt: number | null;
  lastSeenAt: number | null;
  /** Mean of the pauses between its last visits; null until it came twice. */
  usualIntervalMs: number | null;
  lastAddress: string | null;
  clientAgent: string | null;
  clientVersion: string | null;
};

export type NewHost = Pick<
  Host,
  'uuid' | 'publicPem' | 'keyFingerprint' | 'registrationTokenId' | 'registeredAt'
> & {
  needsApproval: boolean;
};

export type HostChange = Partial<
  Pick<Host, 'name' | 'state' | 'needsApproval' | 'registrationTokenId' | 'registeredAt' | 'verifiedAt'>
>;

/** One host's visits since the last batch. */
export type Visit = {
  hostId: number;
  at: number;
  usualIntervalMs: number | null;
  address: string | null;
  clientAgent: string | null;
  clientVersion: string | null;
};

export interface HostsTable {
  byId(id: number): Promise<Host | undefined>;
  byUuid(uuid: string): Promise<Host | undefined>;
  byName(name: string): Promise<Host | undefined>;
  byKeyFingerprint(fingerprint: string): Promise<Host | undefined>;
  byTokenHash(tokenHash: string): Promise<Host | undefined>;
  list(): Promise<Host[]>;
  /** Adds a host in state `registered`, named by its id in six digits. */
  add(host: NewHost): Promise<Host>;
  change(id: number, change: HostChange): Promise<void>;
  remove(id: number): Promise<void>;
  /** Hosts that registered with this token since then and have not verified yet. */
  countRegistered(registrationTokenId: number, since: number): Promise<number>;
  recordVisits(visits: readonly Visit[]): Promise<void>;
  /** Remembers a signature; false when this host has used it before. */
  addSignature(hostId: number, signatureHash: string): Promise<boolean>;
}

export type HostsGroup = { id: number; name: string; isActive: boolean };

export interface HostsGroupsTable {
  list(): Promise<HostsGroup[]>;
  byName(name: string): Promise<HostsGroup | undefined>;
  add(name: string, isActive: boolean): Promise<HostsGroup>;
  change(id: number, change: Partial<Omit<HostsGroup, 'id'>>): Promise<void>;
  remove(id: number): Promise<void>;
  ofHost(hostId: number): Promise<HostsGroup[]>;
  memberIds(groupId: number): Promise<number[]>;
  /** Every membership, for export. */
  memberships(): Promise<{ hostsGroupId: number; hostId: number }[]>;
  /** False when the host was a member already. */
  join(groupId: number, hostId: number): Promise<boolean>;
  leave(groupId: number, hostId: number): Promise<boolean>;
}

export type RegistrationToken = {
  id: number;
  secretHash: string;
  sealed: string;
  createdAt: number;
  expiresAt: number | null;
  uses: number | null;
  verifiedCount: number;
  mustApprove: boolean;
  revokedAt: number | null;
};

export interface RegistrationTokensTable {
  bySecretHash(secretHash: string): Promise<RegistrationToken | undefined>;
  list(): Promise<RegistrationToken[]>;
  add(
    token: Omit<RegistrationToken, 'id' | 'verifiedCount' | 'revokedAt'>,
    hostsGroupIds: readonly number[],
  ): Promise<number>;
  hostsGroupIds(tokenId: number): Promise<number[]>;
  countVerified(tokenId: number): Promise<void>;
  revoke(tokenId: number, at: number): Promise<void>;
}

export type HostToken = { id: number; hostId: number; tokenHash: string; usedAt: number | null };

export interface HostTokensTable {
  byHash(tokenHash: string): Promise<HostToken | undefined>;
  /** Adds an unused token; of the host's unused ones only the newest five stay. */
  add(hostId: number, tokenHash: string, createdAt: number): Promise<void>;
  /** Marks it used and drops every other token of its host; answers whether there were any. */
  takeOver(token: HostToken, at: number): Promise<boolean>;
}

export type Setting = {
  name: string;
  /** Sealed when `isSecret`. */
  value: string;
  description: string;
  isSecret: boolean;
  isActive: boolean;
};

export interface SettingsTable {
  list(): Promise<Setting[]>;
  put(setting: Setting): Promise<void>;
  remove(name: string): Promise<void>;
}

export type Variable = { id: number; category: string; name: string };
export type VariableValue = {
  variableId: number;
  hostId: number;
  value: string;
  setAt: number;
  /** `run <uuid>`, or which program of an operator. */
  setBy: string;
};

export interface VariablesTable {
  list(): Promise<Variable[]>;
  add(category: string, name: string): Promise<Variable>;
  remove(id: number): Promise<void>;
  valuesOfHost(
    hostId: number,
    variableIds: readonly number[],
  ): Promise<{ variableId: number; value: string }[]>;
  values(): Promise<VariableValue[]>;
  /** Sets the value and keeps the former one in the history; writes nothing when it is the same. */
  setValue(value: VariableValue): Promise<void>;
  removeValue(variableId: number, hostId: number, at: number, by: string): Promise<void>;
}

export type CommandsGroup = {
  id: number;
  name: string;
  hostsGroupId: number;
  position: number;
  afterAt: number | null;
  beforeAt: number | null;
  isActive: boolean;
  stopOnFailure: boolean;
};

export interface CommandsGroupsTable {
  list(): Promise<CommandsGroup[]>;
  add(group: Omit<CommandsGroup, 'id'>): Promise<CommandsGroup>;
  change(id: number, change: Partial<Omit<CommandsGroup, 'id'>>): Promise<void>;
  remove(id: number): Promise<void>;
}

/** What one revision of a command says. A variable is handed over, or saved to, under the variable's id. */
export type CommandRevision = {
  interpreter: Interpreter;
  timeoutSeconds: number;
  attempts: number;
  program: string;
  settings: readonly string[];
  variables: readonly { name: string; variableId: number }[];
  /** Item *n* of the result is saved to the variable at *n*. */
  outputVariables: readonly number[];
};

export type Command = {
  /** Also its wire number and the wire number of its standing job. */
  id: number;
  jobId: string;
  commandsGroupId: number;
  name: string;
  description: string;
  position: number;
  isActive: boolean;
  revision: number;
} & CommandRevision;

export type NewCommand = Omit<Command, 'id' | 'revision'>;

export interface CommandsTable {
  /** Each command with its newest revision. */
  list(): Promise<Command[]>;
  /** Adds the command, its first revision and its standing job, under the next wire number. */
  add(command: NewCommand, at: number): Promise<number>;
  change(
    id: number,
    change: Partial<Pick<Command, 'name' | 'description' | 'position' | 'isActive' | 'commandsGroupId'>>,
  ): Promise<void>;
  /** A former or the current revision; undefined when the command is gone. */
  revision(id: number, revision: number): Promise<CommandRevision | undefined>;
  /** Adds a revision and makes it the current one. */
  revise(id: number, revision: CommandRevision, at: number): Promise<number>;
  remove(id: number): Promise<void>;
}

/**
 * What each host is still to run: a small table of its own, so that the cost of answering never grows with the past.
 * Rows stand for membership alone; windows and switches are judged when a host asks.
 */
export interface PendingTable {
  ofHost(hostId: number): Promise<number[]>;
  has(hostId: number, wireNumber: number): Promise<boolean>;
  add(hostId: number, wireNumber: number): Promise<void>;
  remove(hostId: number, wireNumber: number): Promise<void>;
  /** Adds every command of the commands groups meant for this hosts group that the host has no run of. */
  addForMember(hostsGroupId: number, hostId: number): Promise<void>;
  /** Drops every command of the commands groups meant for this hosts group. */
  removeForMember(hostsGroupId: number, hostId: number): Promise<void>;
  /** Makes the command pending for exactly those members of the hosts group that have no run of it. */
  resetForCommand(wireNumber: number, hostsGroupId: number): Promise<void>;
  /** The verified hosts that have one of these commands pending, each once. */
  hostIds(wireNumbers: readonly number[]): Promise<number[]>;
}

export type Run = {
  /** Counts all runs; v1 speaks of it as the output's id. */
  number: number;
  id: string;
  jobId: string;
  hostId: number;
  wireNumber: number;
  /** As it was when the run was made: a run stays readable after its command is renamed or gone. */
  commandName: string;
  revision: number;
  attempt: number;
  state: RunState;
  reason: string | null;
  exitCode: number | null;
  signal: string | null;
  /** JSON: what it was handed, names of secret settings only. */
  inputs: string;
  interpreter: Interpreter;
  deliveredAt: number | null;
  finishedAt: number | null;
  /** The text that came back as the result: the JSON list of a success, or what a failure said. */
  result: string | null;
  outputBytes: number;
  outputCutBytes: number;
  isMasked: boolean;
};

export type NewRun = Omit<
  Run,
  | 'number'
  | 'finishedAt'
  | 'result'
  | 'outputBytes'
  | 'outputCutBytes'
  | 'isMasked'
  | 'exitCode'
  | 'signal'
  | 'reason'
>;
export type RunChange = Partial<
  Pick<
    Run,
    | 'state'
    | 'attempt'
    | 'reason'
    | 'revision'
    | 'inputs'
    | 'interpreter'
    | 'deliveredAt'
    | 'finishedAt'
    | 'result'
    | 'outputBytes'
    | 'outputCutBytes'
    | 'isMasked'
    | 'exitCode'
    | 'signal'
  >
>;

export type RunFilter = {
  hostId?: number;
  wireNumber?: number;
  state?: RunState;
  /** Only runs with a higher number. */
  afterNumber?: number;
  limit: number;
};

export interface RunsTable {
  byId(id: string): Promise<Run | undefined>;
  byNumber(number: number): Promise<Run | undefined>;
  ofHost(hostId: number, wireNumber: number): Promise<Run | undefined>;
  add(run: NewRun): Promise<number>;
  change(number: number, change: RunChange): Promise<void>;
  /** Newest first. */
  list(filter: RunFilter): Promise<Run[]>;
  /** Runs whose time is up, earliest first. */
  overdue(now: number, limit: number): Promise<Run[]>;
  /** Until when an unfinished run may stay silent; null once it ended. Kept in a small table of its own. */
  setDeadline(number: number, deadlineAt: number | null): Promise<void>;
  /** Commands groups that this host may not go on with: a run of theirs is unfinished or failed. */
  holdsOfHost(hostId: number): Promise<{ commandsGroupId: number; runNumber: number }[]>;
  hold(hostId: number, commandsGroupId: number, runNumber: number): Promise<void>;
  release(hostId: number, commandsGroupId: number): Promise<void>;
}

export type OutputStream = 'stdout' | 'stderr';

export interface OutputsTable {
  addChunk(runNumber: number, stream: OutputStream, chunk: number, bytes: Uint8Array): Promise<void>;
  chunks(runNumber: number): Promise<{ stream: OutputStream; chunk: number; bytes: Uint8Array }[]>;
  remove(runNumber: number): Promise<void>;
}

export type ApiLogEntry = {
  at: number;
  requestId: string;
  method: string;
  path: string;
  status: number;
  address: string;
  hostName: string | null;
  clientAgent: string | null;
  durationMs: number;
  /** What was sent, tokens and keys masked; null unless the setting asks for it. */
  arguments: string | null;
};

export interface ApiLogTable {
  add(entries: readonly ApiLogEntry[]): Promise<void>;
  list(limit: number): Promise<ApiLogEntry[]>;
  /** Removes at most `limit` entries older than this; answers how many. */
  prune(olderThan: number, limit: number): Promise<number>;
}
