import type { HostState } from '@remotes/protocol/values/host';
import type { HostPresence } from '../hosts-reading.ts';

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
  /** The Ed25519 key by which it proves itself, once it did; from then on v1 is closed to it. */
  channelKey: string | null;
  channelKeyEnrolledAt: number | null;
  /** JSON of HostFacts, as the host said last. */
  facts: string | null;
  capability: number | null;
  boot: string | null;
  journalId: string | null;
  /** The store to which it has told its past. */
  toldStoreId: string | null;
  /** Sessions that began before have ended; null as long as none had to. */
  sessionsFrom: number | null;
  /** In the session that began then, requests with a lower counter came too late. */
  counterFrom: number | null;
};

export type NewHost = Pick<
  Host,
  'uuid' | 'publicPem' | 'keyFingerprint' | 'registrationTokenId' | 'registeredAt'
> & {
  needsApproval: boolean;
};

export type HostChange = Partial<
  Pick<
    Host,
    | 'name'
    | 'state'
    | 'needsApproval'
    | 'registrationTokenId'
    | 'registeredAt'
    | 'verifiedAt'
    | 'channelKey'
    | 'channelKeyEnrolledAt'
    | 'facts'
    | 'capability'
    | 'boot'
    | 'journalId'
    | 'toldStoreId'
    | 'sessionsFrom'
    | 'counterFrom'
  >
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

/** Which hosts a page is about; what is absent lets all through. */
export type HostsPage = {
  /** A part of the name, whatever the case of its letters. */
  namePart?: string;
  state?: HostState;
  presence?: HostPresence;
  hostsGroupId?: number;
  /** Only these. */
  ids?: readonly number[];
  /** Only hosts of one of these hosts groups. */
  within: readonly number[] | null;
  /** Only hosts whose names come later. */
  afterName?: string;
  limit: number;
  now: number;
};

/** What a selection of hosts looks at. */
export type HostInBrief = Pick<
  Host,
  'id' | 'uuid' | 'name' | 'state' | 'facts' | 'lastSeenAt' | 'usualIntervalMs'
> & {
  /** It has proved a channel key: v1 is closed to it. */
  isSealed: boolean;
};

/** Which hosts; what is absent lets all through. */
export type HostsInBrief = {
  ids?: readonly number[];
  /** Members of one of these groups at least. */
  hostsGroupIds?: readonly number[];
  /** The same, by somebody's rights. */
  scope: readonly number[] | null;
  /** Added or changed since this place; perhaps a few more. Visits are no change. */
  changedSince?: string;
  /** Only so many, after this one. */
  page?: { afterId: number; limit: number };
};

export interface HostsTable {
  byId(id: number): Promise<Host | undefined>;
  byUuid(uuid: string): Promise<Host | undefined>;
  byName(name: string): Promise<Host | undefined>;
  byKeyFingerprint(fingerprint: string): Promise<Host | undefined>;
  byTokenHash(tokenHash: string): Promise<Host | undefined>;
  list(): Promise<Host[]>;
  /** By id. */
  inBrief(asked: HostsInBrief): Promise<HostInBrief[]>;
  /** By what sessions of these hosts are judged. */
  standings(ids: readonly number[]): Promise<Pick<Host, 'id' | 'state' | 'channelKey' | 'sessionsFrom'>[]>;
  /** The place among the changes of hosts up to which all of them can be seen now. */
  changesPlace(): Promise<string>;
  /** Hosts that were removed since this place. */
  removedSince(place: string): Promise<number[]>;
  /** Of the verified ones, those to which v1 is closed, and those to which it is not. */
  verifiedIds(): Promise<{ sealed: number[]; v1: number[] }>;
  /** Those that are not online, whatever their state. */
  absent(now: number): Promise<{ away: number[]; never: number[] }>;
  /** By name. */
  page(page: HostsPage): Promise<Host[]>;
  /** How many there are of each state, and how many verified ones are away. */
  count(within: readonly number[] | null, now: number): Promise<Record<HostState | 'away', number>>;
  /** Adds a host in state `registered`, named by its id in six digits. */
  add(host: NewHost): Promise<Host>;
  change(id: number, change: HostChange): Promise<void>;
  /** The same change of all of them. */
  changeAll(ids: readonly number[], change: HostChange): Promise<void>;
  remove(id: number): Promise<void>;
  /** Of every host, when its sessions began and how far they counted. */
  forgetSessions(): Promise<void>;
  /** Hosts that registered with this token since then and have not verified yet. */
  countRegistered(registrationTokenId: number, since: number): Promise<number>;
  recordVisits(visits: readonly Visit[]): Promise<void>;
  /** Remembers a signature; false when this host has used it before. */
  addSignature(hostId: number, signatureHash: string): Promise<boolean>;
}

export type HostToken = { id: number; hostId: number; tokenHash: string; usedAt: number | null };

export interface HostTokensTable {
  byHash(tokenHash: string): Promise<HostToken | undefined>;
  /** Adds an unused token; of the host's unused ones only the newest five stay. */
  add(hostId: number, tokenHash: string, createdAt: number): Promise<void>;
  /** Marks it used and drops every other token of its host; answers whether there were any. */
  takeOver(token: HostToken, at: number): Promise<boolean>;
}
