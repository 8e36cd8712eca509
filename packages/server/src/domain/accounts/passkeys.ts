import { maybeMomentText, momentText } from '../api/moment-text.ts';
import type { Author } from '../operators/actor.ts';
import type { ApiAsk, ApiDeed } from '../operators/api-ask.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';
import { refusalOfLabel } from './operator-name.ts';
import { passkeyPlace } from './passkey-ceremony.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';

export const listPasskeys: ApiDeed<'passkeys_list'> = async ({ mind, actor, origin }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const passkeys = await mind.storage.tables.passkeys.ofOperator(actor.operatorId);
  const place = passkeyPlace(origin);
  const items = passkeys.map(({ id, name, rpId, createdAt, lastUsedAt }) => ({
    id,
    name,
    made_for: rpId,
    created_at: momentText(createdAt),
    last_used_at: maybeMomentText(lastUsedAt),
  }));
  return { answer: { items, unavailable_because: 'because' in place ? place.because : null } };
};

export const renamePasskey: ApiDeed<'passkeys_rename'> = (ask) => change(ask, ask.body.name);
export const removePasskey: ApiDeed<'passkeys_remove'> = (ask) => change(ask, null);

async function change(
  { mind, actor, author, params }: ApiAsk<'passkeys_rename' | 'passkeys_remove'>,
  name: string | null,
) {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const unsuitable = name === null ? undefined : refusalOfLabel(name);
  if (unsuitable) return unsuitable;
  const refusal = await mind.storage.decide('changePasskey', {
    ...own,
    operatorId: actor.operatorId,
    id: params.id,
    name,
    by: author,
    now: mind.clock(),
  });
  return refusal ?? { answer: undefined };
}

type Change = {
  sessionId: number;
  operatorId: number;
  id: number;
  /** Null removes it. */
  name: string | null;
  by: Author;
  now: number;
};

export async function decidePasskeyChange(
  tables: Tables,
  { sessionId, operatorId, id, name, by, now }: Change,
): Promise<Problem | undefined> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  const passkey = (await tables.passkeys.ofOperator(operatorId)).find((each) => each.id === id);
  if (!passkey) return notFound(`passkey ${id}`);
  if (name === null) await tables.passkeys.remove(id);
  else await tables.passkeys.rename(id, name);
  await tables.audit.note({
    at: now,
    by,
    action: name === null ? 'passkey.remove' : 'passkey.rename',
    subject: `operator ${by.name}`,
    before: { id, name: passkey.name },
    after: name === null ? null : { id, name },
  });
  return undefined;
}
