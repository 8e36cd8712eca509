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
