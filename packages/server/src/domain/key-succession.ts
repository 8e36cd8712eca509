import type { KeyObject } from 'node:crypto';
import { type MasterKey, seal } from '@remotes/protocol/crypto/seal';
import {
  newSigningKey,
  readSigningPublicKey,
  signFor,
  signingKeyFingerprint,
  signingPublicText,
} from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { KeySuccession } from '@remotes/protocol/values/key-succession';
import { type AdministrationRefusal, decline } from './administration-refusal.ts';
import type { Author } from './operators/actor.ts';
import type { Tables, TicketKey } from './ports.ts';
import type { ServerKeyring } from './server-keyring.ts';
import { signingPurpose } from './server-keys.ts';
import { newTicketKey } from './ticket-keys.ts';

/** A new signing key, and the word of the present one, or of the recovery key, that it is the next. */
export type NextSigningKey = {
  succession: KeySuccession;
  publicPem: string;
  privateSealed: string;
  ticketKey: TicketKey;
};

/** Makes the next signing key. `recoveryKey` names it where the present one is not trusted any more. */
export function nextSigningKey(
  keyring: ServerKeyring,
  masterKey: MasterKey,
  recoveryKey: KeyObject | undefined,
  now: number,
): NextSigningKey {
  const { publicPem, privatePem } = newSigningKey();
  const said = {
    server: keyring.serverId,
    previous_key: keyring.signingKeyText,
    next_key: keyTextOf(publicPem),
    // Hosts follow the recovery key's word only if it is later than the last one, whatever this machine's clock says.
    at_ms: Math.max(now, ...keyring.successions.map((earlier) => earlier.at_ms + 1)),
    by: recoveryKey ? ('recovery' as const) : ('signing' as const),
  };
  const signature = signFor('key succession', recoveryKey ?? keyring.signingKey, canonicalJson(said));
  return {
    succession: { ...said, signature },
    publicPem,
    privateSealed: seal(masterKey, privatePem, signingPurpose),
    ticketKey: newTicketKey(masterKey, now),
  };
}

/**
 * From the commit on the server proves itself with this key. Every session ends, whoever stole a ticket key has none, and
 * what he said of when sessions began is forgotten. Where the recovery key has named it, no registration token that was
 * made before is good any more: they lead nobody here, and a thief may know them.
 */
export async function decideSuccession(
  tables: Tables,
  { succession, publicPem, privateSealed, ticketKey, now, by }: NextSigningKey & { now: number; by: Author },
): Promise<{ fingerprint: string; revokedTokens: number } | AdministrationRefusal> {
  const { server, ...row } = succession;
  const present = await tables.server.read();
  if (present.serverId !== server || keyTextOf(present.signingPublicPem) !== row.previous_key) {
    return decline(
      'unsuitable_state',
      'Somebody else has just made a new signing key: look at "remotes-server keys show".',
    );
  }
  await tables.server.replaceSigningKey(publicPem, privateSealed);
  await tables.server.addSuccession(row);
  await tables.server.removeTicketKeys(Number.MAX_SAFE_INTEGER);
  await tables.server.addTicketKey(ticketKey);
  await tables.hosts.forgetSessions();
  const revokedTokens = row.by === 'recovery' ? await revokeAll(tables, now) : 0;
  await tables.server.bumpEpoch();
  await tables.audit.note({
    at: now,
    by,
    action: 'server.rotate_key',
    subject: 'server',
    before: { signing_key: row.previous_key },
    after: { signing_key: row.next_key, named_by: row.by, registration_tokens_revoked: revokedTokens },
  });
  return { fingerprint: signingKeyFingerprint(publicPem), revokedTokens };
}

async function revokeAll(tables: Tables, now: number): Promise<number> {
  const tokens = (await tables.registrationTokens.list()).filter(({ revokedAt }) => revokedAt === null);
  for (const { id } of tokens) await tables.registrationTokens.revoke(id, now);
  return tokens.length;
}

/** The fingerprint of a key that a succession names. */
export function keyTextFingerprint(keyText: string): string {
  const key = readSigningPublicKey(keyText);
  if (!key) throw new Error('A succession in the database names no key.');
  return signingKeyFingerprint(key);
}

function keyTextOf(publicPem: string | null): string {
  const key = readSigningPublicKey(publicPem ?? '');
  if (!key) throw new Error('This is no signing key.');
  return signingPublicText(key);
}
