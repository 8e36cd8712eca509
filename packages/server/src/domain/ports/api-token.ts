import type { Role } from '../operators/actor.ts';

/** Lets a program ask as its operator, or as less than that. */
export type ApiToken = {
  id: number;
  operatorId: number;
  name: string;
  role: Role;
  /** As with an operator: null narrows nothing. */
  hostsGroupIds: readonly number[] | null;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
  lastAddress: string | null;
  revokedAt: number | null;
};

export type NewApiToken = Omit<ApiToken, 'id' | 'lastUsedAt' | 'lastAddress' | 'revokedAt'> & {
  tokenHash: string;
};

export interface ApiTokensTable {
  byId(id: number): Promise<ApiToken | undefined>;
  byTokenHash(tokenHash: string): Promise<ApiToken | undefined>;
  /** Those after this id, in the order of ids; of one operator, or of all (null). */
  list(operatorId: number | null, afterId: number, limit: number): Promise<ApiToken[]>;
  add(token: NewApiToken): Promise<number>;
  revoke(id: number, at: number): Promise<void>;
  revokeOfOperator(operatorId: number, at: number): Promise<void>;
  recordUse(id: number, at: number, address: string): Promise<void>;
}
