import type { Definitions } from '../definitions.ts';
import type { Role } from '../operators/actor.ts';
import type { Operator, Tables } from '../ports.ts';
import { steeringSetting } from '../steering-settings.ts';

const settingName = 'second_factor_required_for';

/** Whether this role may do nothing without a second factor: the setting names such roles, separated by spaces or commas. */
export function isSecondFactorRequired(definitions: Definitions, role: Role): boolean {
  const roles = steeringSetting(definitions, settingName)
    ?.toLowerCase()
    .split(/[\s,]+/);
  return roles?.includes(role) === true;
}

export async function hasSecondFactor(tables: Tables, operator: Operator): Promise<boolean> {
  if (operator.totpSealed !== null) return true;
  return (await tables.passkeys.ofOperator(operator.id)).length > 0;
}
