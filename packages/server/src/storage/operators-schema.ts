import type { Generated, GeneratedAlways } from 'kysely';
import type { Role } from '../domain/operators/actor.ts';
import type { DeviceLogin, SessionKind } from '../domain/ports.ts';

/** The tables of accounts. `hosts_group_ids` is a JSON list, or null where rights are not narrowed. */
export type OperatorsSchema = {
  operators: OperatorRow;
  recovery_codes: { operator_id: number; code_hash: string };
  operator_sessions: SessionRow;
  api_tokens: ApiTokenRow;
  passkeys: PasskeyRow;
  spent_challenges: { challenge_hash: string; expires_at: number };
  setup_links: SetupLinkRow;
  device_logins: DeviceLoginRow;
  sign_in_attempts: { key: string; failures: number; last_at: number };
};

type OperatorRow = {
  id: GeneratedAlways<number>;
  name: string;
  name_key: string;
  role: Role;
  hosts_group_ids: string | null;
  is_active: number;
  created_at: number;
  revision: Generated<number>;
  password_hash: string | null;
  totp_sealed: string | null;
  totp_pending_sealed: string | null;
  totp_last_step: number | null;
};

type SessionRow = {
  id: GeneratedAlways<number>;
  operator_id: number;
  token_hash: string;
  kind: SessionKind;
  created_at: number;
  expires_at: number;
  last_used_at: number;
  address: string;
  agent: string | null;
  confirmed_at: number | null;
  has_second_factor: number;
};

type ApiTokenRow = {
  id: GeneratedAlways<number>;
  operator_id: number;
  name: string;
  token_hash: string;
  role: Role;
  hosts_group_ids: string | null;
  created_at: number;
  expires_at: number;
  last_used_at: number | null;
  last_address: string | null;
  revoked_at: number | null;
};

type PasskeyRow = {
  id: GeneratedAlways<number>;
  operator_id: number;
  name: string;
  credential_id: string;
  public_key: string;
  counter: number;
  rp_id: string;
  transports: string;
  created_at: number;
  last_used_at: number | null;
};

type SetupLinkRow = {
  id: GeneratedAlways<number>;
  token_hash: string;
  operator_id: number | null;
  name: string | null;
  forgets_factors: number;
  created_at: number;
  expires_at: number;
};

type DeviceLoginRow = {
  id: GeneratedAlways<number>;
  device_code_hash: string;
  user_code: string;
  created_at: number;
  expires_at: number;
  address: string;
  agent: string | null;
  state: Generated<DeviceLogin['state']>;
  operator_id: number | null;
  has_second_factor: Generated<number>;
};
