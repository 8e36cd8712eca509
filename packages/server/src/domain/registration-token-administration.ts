import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { findHostsGroups } from './hosts-group-change.ts';
import type { Author } from './operators/actor.ts';
import type { RegistrationToken, Tables } from './ports.ts';

export type TokenRequest = {
  secretHash: string;
  sealed: string;
  hostsGroups: string[];
  expiresAt: number | null;
  uses: number | null;
  mustApprove: boolean;
  now: number;
  by: Author;
};

/** Stores a new registration token; its hosts groups must exist. */
export async function decideToken(
  tables: Tables,
  { secretHash, sealed, hostsGroups, expiresAt, uses, mustApprove, now, by }: TokenRequest,
): Promise<{ id: number } | AdministrationRefusal> {
  const groups = await findHostsGroups(tables, hostsGroups);
  if (isDeclined(groups)) return groups;
  const id = await tables.registrationTokens.add(
    { secretHash, sealed, createdAt: now, expiresAt, uses, mustApprove },
    groups.map((group) => group.id),
  );
  await tables.audit.note({
    at: now,
    by,
    action: 'registration_token.create',
    subject: `registration token ${id}`,
    after: {
      hosts_groups: groups.map((group) => group.id),
      expires_at: expiresAt,
      uses,
      must_approve: mustApprove,
    },
  });
  return { id };
}

/** Nobody registers with these tokens any more: all of them are revoked or none. Hosts that verified with them stay. */
export async function decideRevocation(
  tables: Tables,
  { ids, now, by }: { ids: number[]; now: number; by: Author },
): Promise<{ revoked: number[]; unchanged: number[] } | AdministrationRefusal> {
  const tokens = new Map((await tables.registrationTokens.list()).map((token) => [token.id, token]));
  const unknown = ids.find((id) => !tokens.has(id));
  if (unknown !== undefined) {
    return decline(
      'unknown_registration_token',
      `There is no registration token ${unknown}: the list of registration tokens shows their ids.`,
    );
  }
  const isRevoked = (id: number) => tokens.get(id)?.revokedAt !== null;
  const revoked = ids.filter((id) => !isRevoked(id));
  for (const id of revoked) {
    await tables.registrationTokens.revoke(id, now);
    await tables.audit.note({
      at: now,
      by,
      action: 'registration_token.revoke',
      subject: `registration token ${id}`,
    });
  }
  return { revoked, unchanged: ids.filter(isRevoked) };
}

/** Notes who looks at a token's secret, before it is shown; undefined when there is no such token. */
export async function decideReveal(
  tables: Tables,
  { id, now, by }: { id: number; now: number; by: Author },
): Promise<{ sealed: string } | undefined> {
  const token = (await tables.registrationTokens.list()).find((each) => each.id === id);
  if (!token) return undefined;
  await tables.audit.note({
    at: now,
    by,
    action: 'registration_token.reveal',
    subject: `registration token ${id}`,
  });
  return { sealed: token.sealed };
}

/** Whether hosts may still register with a token, or why not. */
export function tokenStanding(
  token: RegistrationToken,
  now: number,
): 'usable' | 'revoked' | 'expired' | 'used_up' {
  if (token.revokedAt !== null) return 'revoked';
  if (token.expiresAt !== null && now >= token.expiresAt) return 'expired';
  return token.uses !== null && token.verifiedCount >= token.uses ? 'used_up' : 'usable';
}
