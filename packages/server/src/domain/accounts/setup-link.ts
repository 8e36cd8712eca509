import type { Definitions } from '../definitions.ts';
import type { Author } from '../operators/actor.ts';
import type { SetupLink, Tables } from '../ports.ts';
import { steeringSetting } from '../steering-settings.ts';
import { accessTokenHash, newAccessToken } from './access-token.ts';

const setupLinkMs = 60 * 60 * 1000;

/** A token for a single-use link, and what is kept of it. Good for an hour. */
export function newSetupToken(now: number): {
  readonly token: string;
  readonly kept: { readonly tokenHash: string; readonly expiresAt: number };
} {
  const token = newAccessToken('set');
  return { token, kept: { tokenHash: accessTokenHash(token), expiresAt: now + setupLinkMs } };
}

/** The token stands after `#`: browsers keep that part to themselves, so that no log on the way has it. */
export function setupUrl(definitions: Definitions, reachedBy: string, token: string): string {
  const server = (steeringSetting(definitions, 'server_url') ?? reachedBy).replace(/\/+$/, '');
  return `${server}/setup#${token}`;
}

export type LinkToAdd = { tokenHash: string; expiresAt: number; now: number };

/** Keeps a link: for an account, or to make an admin, by a name that may be meant for him. */
export function addSetupLink(
  tables: Tables,
  { tokenHash, expiresAt, now }: LinkToAdd,
  purpose: Partial<Pick<SetupLink, 'operatorId' | 'name' | 'forgetsFactors'>>,
): Promise<void> {
  return tables.setupLinks.add({
    operatorId: null,
    name: null,
    forgetsFactors: false,
    ...purpose,
    tokenHash,
    expiresAt,
    createdAt: now,
  });
}

type FirstAdminLink = LinkToAdd & { name: string | null; by: Author };

/** Keeps a link that makes an admin. */
export async function decideAdminLink(
  tables: Tables,
  { name, tokenHash, expiresAt, by, now }: FirstAdminLink,
): Promise<void> {
  await addSetupLink(tables, { tokenHash, expiresAt, now }, { name });
  await tables.audit.note({
    at: now,
    by,
    action: 'setup_link.create',
    subject: 'new admin',
    after: { name },
  });
}
