import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, notFound, type Problem, problem } from '../operators/problem.ts';
import type { Operator, OperatorChange, Tables } from '../ports.ts';
import { refusalOfGroups } from './hosts-group-refs.ts';
import { administratorsSession } from './operator-creation.ts';
import { refusalOfOperatorName } from './operator-name.ts';
import { shownOperator, versionOf } from './operators-reading.ts';
import { refusalOfUnconfirmed } from './session-of-actor.ts';
import { endSessionsOf } from './sessions-ending.ts';

export const changeOperator: ApiDeed<'operators_change'> = async ({
  mind,
  actor,
  author,
  params,
  body,
  wantedVersion,
}) => {
  const own = administratorsSession(actor);
  if (isProblem(own)) return own;
  const { name, role, hosts_groups: hostsGroupIds, is_active: isActive } = body;
  const changed = await mind.storage.decide('changeOperator', {
    ...own,
    id: params.id,
    wantedVersion: wantedVersion ?? null,
    change: {
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role }),
      ...(hostsGroupIds !== undefined && { hostsGroupIds }),
      ...(isActive !== undefined && { isActive }),
    },
    by: author,
    now: mind.clock(),
  });
  if (isProblem(changed)) return changed;
  return { answer: await shownOperator(mind.storage.tables, changed), version: versionOf(changed) };
};

export const removeOperator: ApiDeed<'operators_remove'> = async ({
  mind,
  actor,
  author,
  params,
  wantedVersion,
}) => {
  const own = administratorsSession(actor);
  if (isProblem(own)) return own;
  const refusal = await mind.storage.decide('removeOperator', {
    ...own,
    id: params.id,
    wantedVersion: wantedVersion ?? null,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: undefined };
};

export const endOperatorsSessions: ApiDeed<'operators_end_sessions'> = async ({
  mind,
  actor,
  author,
  params,
}) => {
  const own = administratorsSession(actor);
  if (isProblem(own)) return own;
  const ended = await mind.storage.decide('endSessions', {
    operatorId: params.id,
    exceptId: null,
    by: author,
    now: mind.clock(),
  });
  return isProblem(ended) ? ended : { answer: ended };
};

type Which = { sessionId: number; id: number; wantedVersion: string | null; by: Author; now: number };
type Change = Pick<OperatorChange, 'name' | 'role' | 'hostsGroupIds' | 'isActive'>;

/** Sessions and tokens follow at once: their rights are looked up at each request. */
export async function decideOperatorChange(
  tables: Tables,
  { change, ...which }: Which & { change: Change },
): Promise<Operator | Problem> {
  const operator = await findToChange(tables, which);
  if (isProblem(operator)) return operator;
  const refusal =
    (change.name === undefined ? undefined : await refusalOfOperatorName(tables, change.name, operator.id)) ??
    (await refusalOfGroups(tables, change.hostsGroupIds)) ??
    (await refusalOfLastAdmin(tables, operator, { ...operator, ...change }));
  if (refusal) return refusal;
  const revision = operator.revision + 1;
  await tables.operators.change(operator.id, { ...change, revision });
  const changed = { ...operator, ...change, revision };
  if (!changed.isActive) {
    // For good: switched on again, nobody is to find doors open that he has forgotten.
    await endSessionsOf(tables, operator.id, null);
    await tables.apiTokens.revokeOfOperator(operator.id, which.now);
  }
  await tables.audit.note({
    at: which.now,
    by: which.by,
    action: 'operator.change',
    subject: `operator ${operator.name}`,
    before: audited(operator),
    after: audited(changed),
  });
  return changed;
}

export async function decideOperatorRemoval(tables: Tables, which: Which): Promise<Problem | undefined> {
  const operator = await findToChange(tables, which);
  if (isProblem(operator)) return operator;
  const refusal = await refusalOfLastAdmin(tables, operator, undefined);
  if (refusal) return refusal;
  await tables.operators.remove(operator.id);
  await tables.audit.note({
    at: which.now,
    by: which.by,
    action: 'operator.remove',
    subject: `operator ${operator.name}`,
    before: audited(operator),
  });
  return undefined;
}

async function findToChange(
  tables: Tables,
  { sessionId, id, wantedVersion, now }: Which,
): Promise<Operator | Problem> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  const operator = await tables.operators.byId(id);
  if (!operator) return notFound(`operator ${id}`);
  if (wantedVersion !== null && wantedVersion !== versionOf(operator)) {
    return problem('version_changed', 'The account was changed meanwhile: look at it again.');
  }
  return operator;
}

/** Somebody must be left who can give rights: an active admin, not narrowed, who can sign in. */
async function refusalOfLastAdmin(
  tables: Tables,
  former: Operator,
  next: Operator | undefined,
): Promise<Problem | undefined> {
  if (!isFullAdmin(former) || (next && isFullAdmin(next))) return undefined;
  for (const other of await tables.operators.list()) {
    if (other.id === former.id || !isFullAdmin(other)) continue;
    if (other.passwordHash !== null || (await tables.passkeys.ofOperator(other.id)).length > 0)
      return undefined;
  }
  return problem(
    'unsuitable_state',
    `${former.name} is the last admin who can sign in: make another one first.`,
  );
}

function isFullAdmin({ role, hostsGroupIds, isActive }: Operator): boolean {
  return role === 'admin' && hostsGroupIds === null && isActive;
}

function audited({ name, role, hostsGroupIds, isActive }: Operator) {
  return { name, role, hosts_groups: hostsGroupIds, is_active: isActive };
}
