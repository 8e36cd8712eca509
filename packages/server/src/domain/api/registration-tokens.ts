import type {
  RegistrationTokenView,
  registrationTokensRoutes,
} from '@remotes/protocol/operators/registration-tokens';
import { isDeclined } from '../administration-refusal.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import type { RegistrationToken, Tables } from '../ports.ts';
import {
  newRegistrationToken,
  openRegistrationToken,
  registrationSecretHash,
  sealRegistrationToken,
} from '../registration-token.ts';
import { tokenStanding } from '../registration-token-administration.ts';
import { pageOfAll } from './list-page.ts';
import { maybeMomentText, momentText } from './moment-text.ts';
import { refusalOfNarrowed } from './narrowed.ts';

const usualLifeSeconds = 7 * 24 * 60 * 60;

export const registrationTokensDeeds: ApiDeeds<keyof typeof registrationTokensRoutes> = {
  async registration_tokens_list({ mind, actor, query }) {
    const narrowed = refusalOfNarrowed(actor, 'see registration tokens');
    if (narrowed) return narrowed;
    const { tables } = mind.storage;
    const isMeant = (token: RegistrationToken) =>
      query.usable !== true || tokenStanding(token, mind.clock()) === 'usable';
    const tokens = (await tables.registrationTokens.list()).filter(isMeant);
    const page = pageOfAll(tokens, query, ['number'], ({ id }) => [-id]);
    if (isProblem(page)) return page;
    return { answer: { items: await viewTokens(tables, page.items, mind.clock()), next: page.next } };
  },

  async registration_tokens_create({ mind, actor, author, body }) {
    const narrowed = refusalOfNarrowed(actor, 'make a registration token');
    if (narrowed) return narrowed;
    const { tables } = mind.storage;
    const groups = new Map((await tables.hostsGroups.list()).map(({ id, name }) => [id, name]));
    const unknown = body.hosts_groups?.find((id) => !groups.has(id));
    if (unknown !== undefined) return notFound(`hosts group ${unknown}`);
    const now = mind.clock();
    const token = newRegistrationToken((await mind.serverKeys()).fingerprint);
    const life = body.expires_in_seconds === undefined ? usualLifeSeconds : body.expires_in_seconds;
    const made = await mind.storage.decide('createRegistrationToken', {
      secretHash: registrationSecretHash(token),
      sealed: sealRegistrationToken(mind.masterKey, token),
      hostsGroups: (body.hosts_groups ?? []).map((id) => groups.get(id) ?? ''),
      expiresAt: life === null ? null : now + life * 1000,
      uses: body.uses ?? null,
      mustApprove: body.must_approve ?? false,
      now,
      by: author,
    });
    if (isDeclined(made)) return made;
    const view = await viewToken(tables, made.id, now);
    return view ? { answer: { ...view, token } } : notFound(`registration token ${made.id}`);
  },

  async registration_tokens_reveal({ mind, actor, author, params }) {
    const narrowed = refusalOfNarrowed(actor, 'see registration tokens');
    if (narrowed) return narrowed;
    const now = mind.clock();
    const found = await mind.storage.decide('revealRegistrationToken', { id: params.id, now, by: author });
    const view = await viewToken(mind.storage.tables, params.id, now);
    if (!found || !view) return notFound(`registration token ${params.id}`);
    const token = openRegistrationToken(mind.masterKey, found.sealed) ?? null;
    return { answer: { ...view, token } };
  },

  async registration_tokens_revoke({ mind, actor, author, params }) {
    const narrowed = refusalOfNarrowed(actor, 'revoke a registration token');
    if (narrowed) return narrowed;
    const now = mind.clock();
    const request = { ids: [params.id], now, by: author };
    const done = await mind.storage.decide('revokeRegistrationTokens', request);
    const view = await viewToken(mind.storage.tables, params.id, now);
    if (isDeclined(done) || !view) return notFound(`registration token ${params.id}`);
    return { answer: view };
  },
};

async function viewToken(
  tables: Tables,
  id: number,
  now: number,
): Promise<RegistrationTokenView | undefined> {
  const tokens = (await tables.registrationTokens.list()).filter((token) => token.id === id);
  return (await viewTokens(tables, tokens, now))[0];
}

async function viewTokens(
  tables: Tables,
  tokens: readonly RegistrationToken[],
  now: number,
): Promise<RegistrationTokenView[]> {
  const names = new Map((await tables.hostsGroups.list()).map(({ id, name }) => [id, name]));
  const views: RegistrationTokenView[] = [];
  for (const token of tokens) {
    const groups = await tables.registrationTokens.hostsGroupIds(token.id);
    views.push({
      id: token.id,
      state: tokenStanding(token, now),
      created_at: momentText(token.createdAt),
      expires_at: maybeMomentText(token.expiresAt),
      revoked_at: maybeMomentText(token.revokedAt),
      uses: token.uses,
      hosts_verified: token.verifiedCount,
      hosts_groups: groups.map((id) => ({ id, name: names.get(id) ?? '' })),
      must_approve: token.mustApprove,
    });
  }
  return views;
}
