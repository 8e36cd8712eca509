/** The server's own single row. */
type ServerRow = {
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
