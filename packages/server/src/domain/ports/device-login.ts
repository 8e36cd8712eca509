/** A program that waits for somebody who is signed in elsewhere to let it in (RFC 8628). */
export type DeviceLogin = {
  id: number;
  /** What a person reads off one screen and types on another. */
  userCode: string;
  createdAt: number;
  expiresAt: number;
  address: string;
  agent: string | null;
  state: 'pending' | 'approved' | 'denied';
  /** Who let it in. */
  operatorId: number | null;
  /** Whoever let it in had shown a second factor. */
  hasSecondFactor: boolean;
};

export interface DeviceLoginsTable {
  byUserCode(userCode: string): Promise<DeviceLogin | undefined>;
  byDeviceCodeHash(deviceCodeHash: string): Promise<DeviceLogin | undefined>;
  add(
    login: Pick<DeviceLogin, 'userCode' | 'createdAt' | 'expiresAt' | 'address' | 'agent'> & {
      deviceCodeHash: string;
    },
  ): Promise<void>;
  decide(id: number, decision: Pick<DeviceLogin, 'state' | 'operatorId' | 'hasSecondFactor'>): Promise<void>;
  /** False when it is gone already. */
  remove(id: number): Promise<boolean>;
  /** Those that this operator has decided about. */
  removeOfOperator(operatorId: number): Promise<void>;
  removeAll(): Promise<void>;
  prune(now: number): Promise<void>;
}
