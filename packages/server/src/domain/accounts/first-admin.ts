import type { Mind } from '../mind.ts';
import { serverAuthor } from '../operators/author.ts';
import { newSetupToken, setupUrl } from './setup-link.ts';

/** A secret: whoever has it first becomes an admin. */
export type AdminLink = { readonly url: string; readonly expiresAt: number };

/** At the start of a server without any admin: a link by which the first one is made; undefined where there is one. */
export async function firstAdminLink(mind: Mind, reachedBy: string): Promise<AdminLink | undefined> {
  const operators = await mind.storage.tables.operators.list();
  if (operators.some(({ role }) => role === 'admin')) return undefined;
  const now = mind.clock();
  const { token, kept } = newSetupToken(now);
  await mind.storage.decide('createAdminLink', { ...kept, name: null, by: serverAuthor, now });
  const url = setupUrl(await mind.definitions.current(), reachedBy, token);
  return { url, expiresAt: kept.expiresAt };
}
