/** `cookie`: of a browser; `bearer`: of a program. A token of one kind is worth nothing as the other. */
export type SessionKind = 'cookie' | 'bearer';

export type OperatorSession = {
  id: number;
  operatorId: number;
  kind: SessionKind;
  createdAt: number;
  /** Its absolute end. */
  expiresAt: number;
  lastUsedAt: number;
  address: string;
  agent: string | null;
  /** When whoever holds it last showed who they are, by password or passkey; null: not in this session. */
  confirmedAt: number | null;
  /** It began with more than a password, or did so since. */
  hasSecondFactor: boolean;
};

export type NewOperatorSession = Omit<OperatorSession, 'id' | 'lastUsedAt'> & { tokenHash: string };

export interface OperatorSessionsTable {
  byId(id: number): Promise<OperatorSession | undefined>;
  byTokenHash(tokenHash: string): Promise<OperatorSession | undefined>;
  /** Newest first. */
  ofOperator(operatorId: number): Promise<OperatorSession[]>;
  add(session: NewOperatorSession): Promise<number>;
  confirm(id: number, at: number, hasSecondFactor: boolean): Promise<void>;
  /** False when there was none. */
  remove(id: number): Promise<boolean>;
  /** Answers how many ended. `exceptId` is left alone; null: none is. */
  removeOfOperator(operatorId: number, exceptId: number | null): Promise<number>;
  removeAll(): Promise<void>;
  /** Removes those that ended by themselves, by either end. */
  prune(now: number, idleSince: number): Promise<void>;
  recordUse(id: number, at: number, address: string): Promise<void>;
}
