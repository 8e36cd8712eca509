import type { KeySuccession } from '@remotes/protocol/values/key-succession';

type KeySuccessionRow = Omit<KeySuccession, 'server'>;

/** The server's own single row. */
type ServerRow = {
  storeId: string;
  /** Rises with every change that a cache must see. */
  epoch: number;
  /** After a restore nothing is offered until an administrator says so. */
  isPaused: boolean;
  signingPublicPem: string | null;
  signingPrivateSealed: string | null;
  /** Which system this is, whatever keys it has had; it outlives a restore. */
  serverId: string | null;
  recoveryPublicPem: string | null;
  /** Null once the recovery key was taken away to be kept offline. */
  recoveryPrivateSealed: string | null;
};

export type ServerKeys = {
  serverId: string;
  signingPublicPem: string;
  signingPrivateSealed: string;
  recoveryPublicPem: string;
  recoveryPrivateSealed: string;
};

export type TicketKey = { id: string; createdAt: number; sealed: string };

export interface ServerTable {
  read(): Promise<ServerRow>;
  epoch(): Promise<number>;
  bumpEpoch(): Promise<void>;
  /** With the one that rises whenever an ad-hoc job comes, changes or ends: only what is to be handed out depends on it. */
  epochs(): Promise<{ epoch: number; workEpoch: number }>;
  bumpWorkEpoch(): Promise<void>;
  /** Keeps each of them only where none is stored yet, so that servers starting together agree. */
  offerKeys(keys: ServerKeys): Promise<void>;
  replaceSigningKey(publicPem: string, privateSealed: string): Promise<void>;
  /** The sealed private half of the recovery key, or null to forget it. */
  setRecoveryPrivate(sealed: string | null): Promise<void>;
  /** Oldest first. */
  successions(): Promise<KeySuccessionRow[]>;
  addSuccession(succession: KeySuccessionRow): Promise<void>;
  /** Newest first. */
  ticketKeys(): Promise<TicketKey[]>;
  addTicketKey(key: TicketKey): Promise<void>;
  removeTicketKeys(olderThan: number): Promise<void>;
  setPaused(isPaused: boolean): Promise<void>;
  setStoreId(storeId: string): Promise<void>;
}
