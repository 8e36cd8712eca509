import type { Operator as ShownOperator } from '@remotes/protocol/operators/operators';
import { momentText } from '../api/moment-text.ts';
import { refusalOfNarrowed } from '../api/narrowed.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { notFound } from '../operators/problem.ts';
import type { Operator, Tables } from '../ports.ts';
import { hostsGroupRefs } from './hosts-group-refs.ts';

export const listOperators: ApiDeed<'operators_list'> = async ({ mind, actor }) => {
  const refusal = refusalOfNarrowed(actor, 'look after accounts');
  if (refusal) return refusal;
  const items = [];
  for (const operator of await mind.storage.tables.operators.list()) {
    items.push(await shownOperator(mind.storage.tables, operator));
  }
  return { answer: { items } };
};

export const showOperator: ApiDeed<'operators_show'> = async ({ mind, actor, params }) => {
  const refusal = refusalOfNarrowed(actor, 'look after accounts');
  if (refusal) return refusal;
  const operator = await mind.storage.tables.operators.byId(params.id);
  if (!operator) return notFound(`operator ${params.id}`);
  return {
    answer: await shownOperator(mind.storage.tables, operator),
    version: versionOf(operator),
  };
};

export function versionOf({ revision }: Operator): string {
  return String(revision);
}

/** An account as it is shown to admins: whether there are secrets, never what they are. */
export async function shownOperator(tables: Tables, operator: Operator): Promise<ShownOperator> {
  return {
    id: operator.id,
    name: operator.name,
    role: operator.role,
    hosts_groups: hostsGroupRefs(await tables.hostsGroups.list(), operator.hostsGroupIds),
    is_active: operator.isActive,
    created_at: momentText(operator.createdAt),
    has_password: operator.passwordHash !== null,
    has_totp: operator.totpSealed !== null,
    passkeys: (await tables.passkeys.ofOperator(operator.id)).length,
  };
}
