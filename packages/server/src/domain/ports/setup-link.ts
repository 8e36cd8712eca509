/** By which somebody chooses their own password, once. */
export type SetupLink = {
  id: number;
  /** Whose password; null: it makes an admin. */
  operatorId: number | null;
  /** The name that is meant for the new admin, if any. */
  name: string | null;
  /** When it is used, one-time codes and passkeys of the account go too. */
  forgetsFactors: boolean;
  createdAt: number;
  expiresAt: number;
};

export interface SetupLinksTable {
  byTokenHash(tokenHash: string): Promise<SetupLink | undefined>;
  add(link: Omit<SetupLink, 'id'> & { tokenHash: string }): Promise<void>;
  /** False when it is gone already. */
  remove(id: number): Promise<boolean>;
  removeOfOperator(operatorId: number): Promise<void>;
  /** Those that make an admin, whoever it is. */
  removeForAnyAdmin(): Promise<void>;
  removeAll(): Promise<void>;
  prune(now: number): Promise<void>;
}
