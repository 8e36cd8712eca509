import type { Role } from '../operators/actor.ts';

/** A person or a program with an account. */
export type Operator = {
  id: number;
  name: string;
  role: Role;
  /** Rights are narrowed to these hosts groups; null: to none. A group that is gone stays named here, and stands for no host. */
  hostsGroupIds: readonly number[] | null;
  isActive: boolean;
  createdAt: number;
  /** Rises with each change of name, role, groups or activity. */
  revision: number;
  /** In PHC form; null as long as the set-up link was not used. */
  passwordHash: string | null;
  /** The secret that one-time codes are made from, sealed; null without them. */
  totpSealed: string | null;
  /** A secret that has been shown and not been confirmed by a code yet. */
  totpPendingSealed: string | null;
  /** The newest time step whose code was used: it and those before are worth nothing more. */
  totpLastStep: number | null;
};

export type NewOperator = Pick<
  Operator,
  'name' | 'role' | 'hostsGroupIds' | 'isActive' | 'createdAt' | 'passwordHash'
>;

export type OperatorChange = Partial<Omit<Operator, 'id' | 'createdAt'>>;

export interface OperatorsTable {
  byId(id: number): Promise<Operator | undefined>;
  /** Whatever the case of its letters. */
  byName(name: string): Promise<Operator | undefined>;
  /** By name. */
  list(): Promise<Operator[]>;
  add(operator: NewOperator): Promise<Operator>;
  change(id: number, change: OperatorChange): Promise<void>;
  /** With its sessions, tokens, passkeys and links. */
  remove(id: number): Promise<void>;
  /** Puts these in the place of the recovery codes that are left. */
  setRecoveryCodes(operatorId: number, codeHashes: readonly string[]): Promise<void>;
  countRecoveryCodes(operatorId: number): Promise<number>;
  /** True once: the code is gone then. */
  useRecoveryCode(operatorId: number, codeHash: string): Promise<boolean>;
}
