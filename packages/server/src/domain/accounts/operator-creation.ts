import { momentText } from '../api/moment-text.ts';
import { refusalOfNarrowed } from '../api/narrowed.ts';
import type { Actor, Author, Role } from '../operators/actor.ts';
import type { ApiAsk, ApiDeed } from '../operators/api-ask.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import type { NewOperator, Tables } from '../ports.ts';
import { refusalOfGroups } from './hosts-group-refs.ts';
import { refusalOfOperatorName } from './operator-name.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';
import { addAdmin } from './setup.ts';
import { addSetupLink, type LinkToAdd, newSetupToken, setupUrl } from './setup-link.ts';

/** Makes an account; its owner chooses a password by the link that is answered. */
export const createOperator: ApiDeed<'operators_create'> = async (ask) => {
  const { mind, actor, author, body } = ask;
  const own = administratorsSession(actor);
  if (isProblem(own)) return own;
  const now = mind.clock();
  const { token, kept } = newSetupToken(now);
  const { name, role, hosts_groups: hostsGroupIds = null } = body;
  const operator = { name, role, hostsGroupIds };
  const made = await mind.storage.decide('createOperator', { ...own, ...kept, operator, by: author, now });
  if (isProblem(made)) return made;
  const answer = { id: made.id, ...(await shownLink(ask, token, kept.expiresAt)) };
  return { answer, location: `/api/v2/operators/${made.id}` };
};

/** Makes a link for an account that is there already. */
export const createSetupLink: ApiDeed<'operators_setup_link'> = async (ask) => {
  const { mind, actor, author, params, body } = ask;
  const own = administratorsSession(actor);
  if (isProblem(own)) return own;
  const now = mind.clock();
  const { token, kept } = newSetupToken(now);
  const refusal = await mind.storage.decide('createSetupLink', {
    ...own,
    ...kept,
    operatorId: params.id,
    forgetsFactors: body.forget_factors === true,
    by: author,
    now,
  });
  return refusal ?? { answer: await shownLink(ask, token, kept.expiresAt) };
};

/** The session of an admin who may change accounts. An API token may not: it could make itself an account that outlives it. */
export function administratorsSession(actor: Actor): { readonly sessionId: number } | Problem {
  return refusalOfNarrowed(actor, 'look after accounts') ?? sessionOf(actor);
}

async function shownLink(
  { mind, origin }: Pick<ApiAsk<'operators_create'>, 'mind' | 'origin'>,
  token: string,
  expiresAt: number,
) {
  return {
    setup_token: token,
    setup_url: setupUrl(await mind.definitions.current(), origin, token),
    expires_at: momentText(expiresAt),
  };
}

type Link = LinkToAdd & { sessionId: number; by: Author };
type Creation = Link & {
  operator: { name: string; role: Role; hostsGroupIds: readonly number[] | null };
};

export async function decideOperator(
  tables: Tables,
  { sessionId, tokenHash, expiresAt, operator, by, now }: Creation,
): Promise<{ id: number } | Problem> {
  const refusal =
    (await refusalOfUnconfirmed(tables, sessionId, now)) ??
    (await refusalOfOperatorName(tables, operator.name)) ??
    (await refusalOfGroups(tables, operator.hostsGroupIds));
  if (refusal) return refusal;
  const made: NewOperator = { ...operator, isActive: true, createdAt: now, passwordHash: null };
  const { id } = await tables.operators.add(made);
  await addSetupLink(tables, { tokenHash, expiresAt, now }, { operatorId: id });
  await tables.audit.note({
    at: now,
    by,
    action: 'operator.create',
    subject: `operator ${operator.name}`,
    after: { role: operator.role, hosts_groups: operator.hostsGroupIds, is_active: true },
  });
  return { id };
}

type NewLink = Link & { operatorId: number; forgetsFactors: boolean };

/** The account goes on as it is until the link is used; former links are worth nothing any more. */
export async function decideSetupLink(
  tables: Tables,
  { sessionId, tokenHash, expiresAt, operatorId, forgetsFactors, by, now }: NewLink,
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  const operator = await tables.operators.byId(operatorId);
  if (!operator) return notFound(`operator ${operatorId}`);
  await tables.setupLinks.removeOfOperator(operatorId);
  await addSetupLink(tables, { tokenHash, expiresAt, now }, { operatorId, forgetsFactors });
  await tables.audit.note({
    at: now,
    by,
    action: 'setup_link.create',
    subject: `operator ${operator.name}`,
    after: { forgets_factors: forgetsFactors },
  });
  return undefined;
}

type Admin = { name: string; passwordHash: string; by: Author; now: number };

/** Makes an admin from the server's own machine. */
export async function decideLocalAdmin(tables: Tables, admin: Admin): Promise<{ id: number } | Problem> {
  const refusal = await refusalOfOperatorName(tables, admin.name);
  if (refusal) return refusal;
  const { id } = await addAdmin(tables, admin);
  return { id };
}
