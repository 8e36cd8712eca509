import { Secret, TOTP } from 'otpauth';
import { writeAudit } from '../../../src/domain/audit/chaining.ts';
import type { Mind } from '../../../src/domain/mind.ts';
import type { Role } from '../../../src/domain/operators/actor.ts';
import type { OpenDatabase } from '../../databases.ts';
import { call } from '../../http/call.ts';
import { openDoor } from '../../http/open-door.ts';
import { tester } from '../tester.ts';

export const password = 'seven red boats sail at dawn';
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered, as JSON
type Answered = { status: number; json: any; headers: Record<string, unknown> };
type Asking = { headers?: Record<string, string>; body?: unknown };

/** Whoever asks: with a session, an API token, a cookie or nothing. */
export type Client = (method: string, path: string, body?: unknown, more?: Asking) => Promise<Answered>;

/** The operators' API on a real port, with an admin called ada. */
export async function openAccounts(
  database: OpenDatabase,
  { mind }: { mind?: (mind: Mind) => Partial<Mind> } = {},
) {
  const door = await openDoor(database, {
    failedSignInsPerAddress: 1_000_000,
    ...(mind && { mind }),
  });
  const { fleet } = door;
  const client =
    (headers: Record<string, string> = {}): Client =>
    async (method, path, body, more = {}) => {
      const answer = await call(`${door.url}/api/v2${path}`, {
        method,
        headers: { ...headers, ...more.headers },
        body,
      });
      return { ...answer, json: answer.text.startsWith('{') ? JSON.parse(answer.text) : undefined };
    };
  const bearer = (token: string) => client({ authorization: `Bearer ${token}` });
  const nobody = client();

  const accounts = {
    door,
    fleet,
    nobody,
    bearer,
    client,
    pass: fleet.pass,
    /** Signs in as a program; throws where that fails. */
    async signIn(name = 'ada', code?: string): Promise<Client & { token: string }> {
      const { status, json } = await nobody('POST', '/session', { name, password, code, kind: 'bearer' });
      if (status !== 201) throw new Error(JSON.stringify(json));
      return Object.assign(bearer(json.token), { token: json.token as string });
    },
    /** An account with the usual password. */
    async add(name: string, role: Role, hostsGroupIds: readonly number[] | null = null): Promise<number> {
      const passwordHash = await fleet.mind.passwords.hash(password);
      const { id } = await database.write((tables) =>
        tables.operators.add({
          name,
          role,
          hostsGroupIds,
          isActive: true,
          createdAt: fleet.mind.clock(),
          passwordHash,
        }),
      );
      return id;
    },
    /** Gives an account the usual password again. */
    async setPassword(id: number) {
      const passwordHash = await fleet.mind.passwords.hash(password);
      await database.write(({ operators }) => operators.change(id, { passwordHash }));
    },
    /** The code of an app that has this secret. */
    code: (secret: string, at = fleet.mind.clock()) =>
      TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: at }),
    /** Begins to use one-time codes; what was shown. */
    async enrolTotp(as: Client): Promise<{ secret: string; recoveryCodes: string[] }> {
      const { secret } = (await as('POST', '/account/totp')).json;
      const { status, json } = await as('POST', '/account/totp/confirm', { code: accounts.code(secret) });
      if (status !== 200) throw new Error(JSON.stringify(json));
      return { secret, recoveryCodes: json.recovery_codes };
    },
    setting(name: string, value: string) {
      return fleet.administer((tables) =>
        tables.settings.put({ name, value, description: '', isSecret: false, isActive: true }),
      );
    },
    /** What was noted for the audit, newest first. */
    // biome-ignore lint/suspicious/noExplicitAny: entries as they are shown
    async audit(): Promise<any[]> {
      const as = await accounts.signIn();
      await writeAudit(fleet.mind);
      return (await as('GET', '/audit?limit=1000')).json.items;
    },
  };
  const now = fleet.mind.clock();
  const passwordHash = await fleet.mind.passwords.hash(password);
  await fleet.mind.storage.decide('createAdmin', { name: 'ada', passwordHash, by: tester, now });
  return accounts;
}
export type Accounts = Awaited<ReturnType<typeof openAccounts>>;
