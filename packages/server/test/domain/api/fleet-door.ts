import type { ApiRoute } from '@remotes/protocol/operators/route';
import { type RouteName, type Routes, routes } from '@remotes/protocol/operators/routes';
import { Compile } from 'typebox/schema';
import type { Role } from '../../../src/domain/operators/actor.ts';
import type { OpenDatabase } from '../../databases.ts';
import { addOperator, withBearer } from '../../http/api/sample-operators.ts';
import { openDoor } from '../../http/open-door.ts';

type Asked = {
  params?: Readonly<Record<string, string | number>>;
  query?: Readonly<Record<string, string | number | boolean>>;
  body?: object;
  ifMatch?: string;
};

// biome-ignore lint/suspicious/noExplicitAny: whatever was answered, as JSON
export type Answered = { status: number; json: any; version: string | undefined; text: string };

/** Asks a route by its name; what is answered is checked against the contract. */
export type Caller = (name: RouteName, asked?: Asked) => Promise<Answered>;

/** The operators' API on a real port, with an admin whose rights are not narrowed. */
export async function openFleetDoor(database: OpenDatabase) {
  const door = await openDoor(database);
  const callerOf =
    (token: string): Caller =>
    async (name, { params = {}, query = {}, body, ifMatch } = {}) => {
      const route: ApiRoute = (routes satisfies Routes)[name];
      const path = route.path.replaceAll(/\{(\w+)\}/g, (_, key) => encodeURIComponent(String(params[key])));
      const search = new URLSearchParams(
        Object.entries(query).map(([key, value]): [string, string] => [key, String(value)]),
      );
      const answer = await door.call(`${path}?${search}`, {
        method: route.method,
        headers: { ...withBearer(token), ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }) },
        body: body ?? (route.body && {}),
      });
      const json = /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(answer.text) : undefined;
      if (answer.status === route.success && route.answer) {
        const [isRight, errors] = [Compile(route.answer).Check(json), Compile(route.answer).Errors(json)];
        if (!isRight) throw new Error(`${name} answers what it should not: ${JSON.stringify(errors)}`);
      }
      const version = answer.headers.etag?.replaceAll('"', '');
      return { status: answer.status, json, version, text: answer.text };
    };
  const as = async (name: string, role: Role, hostsGroupIds: number[] | null = null): Promise<Caller> => {
    const { token } = await addOperator(database, door.fleet.mind.clock(), { name, role, hostsGroupIds });
    return callerOf(token);
  };
  return {
    door,
    fleet: door.fleet,
    tables: database.storage.tables,
    as,
    admin: await as('ada', 'admin'),
    /** What was noted for the audit: actions, and who. */
    async noted(): Promise<
      { action: string; subject: string; before: unknown; after: unknown; by: string }[]
    > {
      const notes = await database.storage.tables.audit.waiting(1000);
      return notes.map(({ note }) => {
        const { action, subject, before, after, by } = JSON.parse(note);
        return { action, subject, before, after, by: by.name };
      });
    },
  };
}
