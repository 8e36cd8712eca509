import { existsSync } from 'node:fs';
import { Agent } from 'node:http';
import type { ApiRoute } from '@remotes/protocol/operators/route';
import { routes } from '@remotes/protocol/operators/routes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAccessToken } from '../../../src/domain/accounts/access-token.ts';
import type { Role } from '../../../src/domain/operators/actor.ts';
import { type OpenDatabase, openDatabase } from '../../databases.ts';
import { createMachine } from '../../domain/small-fleet.ts';
import { type OpenDoor, openDoor } from '../open-door.ts';
import { createRightsFixture } from './rights-fixture.ts';
import { type RightsAsk, rightsTable } from './rights-table.ts';
import { addOperator, withBearer, withCookie } from './sample-operators.ts';

const contract: readonly (readonly [string, ApiRoute])[] = Object.entries<ApiRoute>(routes);
const roles = ['viewer', 'operator', 'admin'] as const;

describe('the rights table', () => {
  test('has a line for every route, and no other', () => {
    expect(Object.keys(rightsTable).sort()).toEqual(Object.keys(routes).sort());
  });
});

describe('every route', () => {
  let database: OpenDatabase;
  let door: OpenDoor;
  const agent = new Agent({ keepAlive: true });
  const callers = new Map<string, { headers: Record<string, string>; role: Role | undefined }>();

  beforeAll(async () => {
    database = await openDatabase('sqlite');
    door = await openDoor(database, { requestsPerOperator: 1e6, failedSignInsPerAddress: 1e6 }, 'kept');
    const now = door.fleet.mind.clock();
    const add = (name: string, headers: Record<string, string>, role?: Role) =>
      callers.set(name, { headers, role });
    add('nobody', {});
    for (const role of roles) {
      const { token, bearer, cookie } = await addOperator(database, now, { name: role, role });
      add(`${role} by an API token`, withBearer(token), role);
      add(`${role} by the session of a program`, withBearer(bearer), role);
      add(`${role} by the cookie of a browser`, withCookie(cookie), role);
      add(`an API token of ${role} as a cookie`, withCookie(token));
      add(`the cookie of ${role} as a bearer`, withBearer(cookie));
    }
    const role = 'admin';
    const expired = await addOperator(database, now - 48 * 60 * 60 * 1000, { name: 'expired', role });
    add('an API token that has expired', withBearer(expired.token));
    add('a session that has expired', withBearer(expired.bearer));
    add('a cookie that has expired', withCookie(expired.cookie));
    const revoked = await addOperator(database, now, { name: 'revoked', role });
    const disabled = await addOperator(database, now, { name: 'disabled', role });
    await door.fleet.administer(async (tables) => {
      for (const { id } of await tables.apiTokens.list(revoked.id, 0, 10))
        await tables.apiTokens.revoke(id, now);
      await tables.operatorSessions.removeOfOperator(revoked.id, null);
      await tables.operators.change(disabled.id, { isActive: false });
    });
    add('an API token that was revoked', withBearer(revoked.token));
    add('a session that was ended', withBearer(revoked.bearer));
    add('a cookie whose session was ended', withCookie(revoked.cookie));
    add('an API token of a disabled operator', withBearer(disabled.token));
    add('a session of a disabled operator', withBearer(disabled.bearer));
    for (const kind of ['api', 'ses', 'set', 'dev'] as const) {
      add(`a token of the kind ${kind} that nobody was given`, withBearer(newAccessToken(kind)));
    }
    const machine = createMachine(door.fleet);
    await machine.enrol(await door.fleet.addToken());
    add('the token of a host', withBearer(machine.token));
    add('a registration token', withBearer(await door.addToken()));
  });
  afterAll(async () => {
    agent.destroy();
    await door?.server.stop();
    await database?.remove();
  });

  /** A request that is refused for what it says, as soon as it has passed the door: no deed is done. */
  const knock = async (route: ApiRoute, headers: Record<string, string>) => {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) => anyFor(route, name));
    const { status, text } = await door.call(`${path}?no_such_member=1`, {
      method: route.method,
      headers,
      agent,
    });
    return `${status} ${JSON.parse(text).code}`;
  };

  test.each(contract)('%s lets in whom its access says, and nobody else', async (_name, route) => {
    for (const [name, { headers, role }] of callers) {
      expect(await knock(route, headers), name).toBe(expectedAtDoor(route, role));
    }
  });

  test.each(contract)('%s keeps to the hosts groups of whoever asks', async (name, route) => {
    const line = rightsTable[name as keyof typeof rightsTable];
    if (!line || line.outside === 'no_groups') return;
    if (line.outside === 'tested') {
      expect(existsSync(new URL(`../../../../../${line.where}`, import.meta.url)), line.where).toBe(true);
      return;
    }
    const fixture = await createRightsFixture(
      door,
      contract.findIndex(([other]) => other === name),
    );
    const now = door.fleet.mind.clock();
    const role = line.role ?? leastRole(route);
    const narrowedTo = (place: 'inside' | 'outside') =>
      addOperator(database, now, {
        name: fixture[place].tag,
        role,
        hostsGroupIds: [fixture[place].hostsGroupId],
      });
    const { mark = fixture.inside.hostName, ...asked } = (await line.ask?.(fixture)) ?? {};
    const outsider = await ask(route, asked, (await narrowedTo('outside')).token);
    const success = line.success ?? route.success;
    if (line.outside === 'left_out') {
      expect(outsider.status, outsider.text).toBe(success);
      expect(outsider.text).not.toContain(mark);
    } else {
      const refusal = line.outside === 'not_found' ? { status: 404 } : line.outside;
      expect(JSON.parse(outsider.text)).toMatchObject(refusal);
    }
    const insider = await ask(route, asked, (await narrowedTo('inside')).token);
    if (line.inside === 'refused') {
      expect(insider.status, insider.text).toBe(403);
      return;
    }
    expect(insider.status, insider.text).toBe(success);
    if (line.outside === 'left_out') expect(insider.text).toContain(mark);
  });

  const ask = (route: ApiRoute, { params = {}, query = '', body }: RightsAsk, token: string) => {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name) =>
      String(params[name] ?? anyFor(route, name)),
    );
    return door.call(path + query, { method: route.method, headers: withBearer(token), body });
  };
});

/** What has the right form for a name in the path, and names nothing. */
function anyFor({ params }: ApiRoute, name: string): string {
  const { type, enum: allowed } = (params?.properties[name] ?? {}) as { type?: string; enum?: string[] };
  if (allowed) return String(allowed[0]);
  if (type === 'integer') return '999999999';
  return params ? '00000000-0000-7000-8000-000000000000' : 'any';
}

function expectedAtDoor({ access }: ApiRoute, role: Role | undefined): string {
  const passed = '400 invalid_request';
  if (access === 'anyone') return passed;
  if (role === undefined) return '401 not_signed_in';
  if (access === 'operator_known') return passed;
  return roles.indexOf(role) >= roles.indexOf(access) ? passed : '403 not_allowed';
}

function leastRole({ access }: ApiRoute): Role {
  return access === 'anyone' || access === 'operator_known' ? 'viewer' : access;
}
