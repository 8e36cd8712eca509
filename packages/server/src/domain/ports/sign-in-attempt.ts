/** Failed sign-ins for one key (an account's name or an address, hashed), since the last success. */
export type SignInAttempts = { failures: number; lastAt: number };

export interface SignInAttemptsTable {
  of(key: string): Promise<SignInAttempts | undefined>;
  put(key: string, attempts: SignInAttempts): Promise<void>;
  forget(key: string): Promise<void>;
  prune(olderThan: number): Promise<void>;
}
