import type { WhoAmI } from '@remotes/protocol/operators/sessions';
import { momentText } from '../api/moment-text.ts';
import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { notFound } from '../operators/problem.ts';
import { hostsGroupRefs } from './hosts-group-refs.ts';
import { confirmedForMs, isFreshlyConfirmed } from './session-life.ts';

/** Who asks, with which rights and factors. */
export const showSession: ApiDeed<'session_show'> = async ({ mind, actor }) => {
  const { tables } = mind.storage;
  const operator = await tables.operators.byId(actor.operatorId);
  if (!operator) return notFound('such account any more');
  const answer: WhoAmI = {
    operator_id: operator.id,
    name: operator.name,
    role: actor.role,
    hosts_groups: hostsGroupRefs(await tables.hostsGroups.list(), actor.hostsGroupIds),
    session: await shownSession(mind, actor),
    api_token: await shownToken(mind, actor),
    has_password: operator.passwordHash !== null,
    has_totp: operator.totpSealed !== null,
    recovery_codes: await tables.operators.countRecoveryCodes(operator.id),
    passkeys: (await tables.passkeys.ofOperator(operator.id)).length,
    lacks_second_factor: actor.lacksSecondFactor,
  };
  return { answer };
};

async function shownSession({ storage, clock }: Mind, { by }: Actor): Promise<WhoAmI['session']> {
  const session = 'session' in by ? await storage.tables.operatorSessions.byId(by.session) : undefined;
  if (!session) return null;
  const { id, confirmedAt, expiresAt, hasSecondFactor } = session;
  const isConfirmed = isFreshlyConfirmed(session, clock());
  return {
    id,
    expires_at: momentText(expiresAt),
    confirmed_until_at: isConfirmed ? momentText((confirmedAt ?? 0) + confirmedForMs) : null,
    has_second_factor: hasSecondFactor,
  };
}

async function shownToken({ storage }: Mind, { by }: Actor): Promise<WhoAmI['api_token']> {
  const token = 'token' in by ? await storage.tables.apiTokens.byId(by.token) : undefined;
  if (!token) return null;
  return { id: token.id, name: token.name, expires_at: momentText(token.expiresAt) };
}
