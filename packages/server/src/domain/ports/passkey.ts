/** A WebAuthn credential of an operator. */
export type Passkey = {
  id: number;
  operatorId: number;
  name: string;
  /** Base64url, as the browser names it. */
  credentialId: string;
  /** COSE, as base64url. */
  publicKey: string;
  /** How often it signed, as it says; most passkeys say 0 for ever. */
  counter: number;
  /** The host name that it was made for. */
  rpId: string;
  /** By what the browser reaches it: `internal`, `usb`, `hybrid` … */
  transports: readonly string[];
  createdAt: number;
  lastUsedAt: number | null;
};

export interface PasskeysTable {
  byCredentialId(credentialId: string): Promise<Passkey | undefined>;
  /** Oldest first. */
  ofOperator(operatorId: number): Promise<Passkey[]>;
  add(passkey: Omit<Passkey, 'id' | 'lastUsedAt'>): Promise<number>;
  rename(id: number, name: string): Promise<void>;
  recordUse(id: number, counter: number, at: number): Promise<void>;
  remove(id: number): Promise<void>;
  /** True once for each challenge: it is remembered until it would have expired. */
  spendChallenge(challengeHash: string, expiresAt: number): Promise<boolean>;
  pruneChallenges(now: number): Promise<void>;
}
