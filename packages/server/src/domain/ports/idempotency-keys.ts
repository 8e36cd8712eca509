/** A request that is to happen once, and what it was answered; null as long as that is not known. */
export type IdempotencyKey = {
  actor: string;
  key: string;
  requestHash: string;
  answer: string | null;
  createdAt: number;
};

export interface IdempotencyKeysTable {
  find(actor: string, key: string): Promise<IdempotencyKey | undefined>;
  /** Adds it without an answer; false where the key is taken. */
  add(key: Omit<IdempotencyKey, 'answer'>): Promise<boolean>;
  setAnswer(actor: string, key: string, answer: string): Promise<void>;
  remove(actor: string, key: string): Promise<void>;
  /** Removes those older than this. */
  prune(olderThan: number): Promise<void>;
}
