import { jsonText } from '@remotes/protocol/screen/json-text';
import { isoTime, localTime } from '@remotes/protocol/screen/time-text';
import type { RegistrationToken, Tables } from '../domain/ports.ts';
import { openRegistrationToken } from '../domain/registration-token.ts';
import { tokenStanding } from '../domain/registration-token-administration.ts';
import type { Given } from './local-command.ts';
import { openExistingStore, withExistingStorage } from './open-store.ts';
import { table } from './table.ts';

/** Lists every registration token, its secret only when it is asked for. */
export async function listRegistrationTokens({ values, isJson, store }: Given): Promise<number> {
  if (values.show !== true) {
    return withExistingStorage(store, async (storage) => show(await readTokens(storage.tables), isJson));
  }
  const { storage, masterKey } = await openExistingStore(store);
  try {
    const tokens = await readTokens(storage.tables);
    const shown = tokens.map((one) => ({
      ...one,
      secret: openRegistrationToken(masterKey, one.token.sealed) ?? null,
    }));
    return show(shown, isJson);
  } finally {
    await storage.close();
  }
}

type Listed = {
  token: RegistrationToken;
  hostsGroups: string[];
  state: ReturnType<typeof tokenStanding>;
  /** The token itself; null when another master key sealed it, absent when it is not to be shown. */
  secret?: string | null;
};

async function readTokens(tables: Tables): Promise<Listed[]> {
  const names = new Map((await tables.hostsGroups.list()).map((group) => [group.id, group.name]));
  const now = Date.now();
  const listed: Listed[] = [];
  for (const token of await tables.registrationTokens.list()) {
    const ids = await tables.registrationTokens.hostsGroupIds(token.id);
    listed.push({
      token,
      hostsGroups: ids.map((id) => names.get(id) ?? String(id)),
      state: tokenStanding(token, now),
    });
  }
  return listed;
}

function show(listed: readonly Listed[], isJson: boolean): number {
  if (isJson) console.log(jsonText(listed.map(jsonOf)));
  else if (listed.length === 0)
    console.error('There are no registration tokens: "remotes-server registration_token" makes one.');
  else for (const line of lines(listed)) console.log(line);
  return 0;
}

function jsonOf({ token, hostsGroups, state, secret }: Listed) {
  return {
    id: token.id,
    state,
    created_at: isoTime(token.createdAt),
    expires_at: isoTime(token.expiresAt),
    revoked_at: isoTime(token.revokedAt),
    uses: token.uses,
    hosts_verified: token.verifiedCount,
    hosts_groups: hostsGroups,
    must_approve: token.mustApprove,
    ...(secret === undefined ? {} : { token: secret }),
  };
}

function lines(listed: readonly Listed[]): string[] {
  const [header = '', ...rows] = table(
    ['ID', 'STATE', 'EXPIRES', 'USED', 'APPROVAL', 'GROUPS'],
    listed.map(({ token, hostsGroups, state }) => [
      String(token.id),
      state.replace('_', ' '),
      token.expiresAt === null ? 'never' : localTime(token.expiresAt),
      token.uses === null ? String(token.verifiedCount) : `${token.verifiedCount} of ${token.uses}`,
      token.mustApprove ? 'wanted' : '',
      hostsGroups.join(', '),
    ]),
  );
  return [header, ...rows.flatMap((row, index) => [row, ...secretLine(listed[index]?.secret)])];
}

function secretLine(secret: string | null | undefined): string[] {
  if (secret === undefined) return [];
  return [`    ${secret ?? 'cannot be shown: it was sealed under another master key'}`];
}
