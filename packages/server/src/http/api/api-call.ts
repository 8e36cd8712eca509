import type { ApiRoute } from '@remotes/protocol/operators/route';
import { type RouteName, routes } from '@remotes/protocol/operators/routes';
import type { AdministrationRefusal } from '../../domain/administration-refusal.ts';
import type { ApiAsk, ApiReply } from '../../domain/operators/api-ask.ts';
import { apiDeeds } from '../../domain/operators/api-deeds.ts';
import type { Problem } from '../../domain/operators/problem.ts';
import { type Shape, shapeOf } from './shapes.ts';

/** One route with what carries it out. */
export type ApiCall = {
  readonly name: RouteName;
  readonly route: ApiRoute;
  /** Its path as the router spells it. */
  readonly url: string;
  readonly params: Shape | undefined;
  readonly query: Shape;
  readonly body: Shape | undefined;
  readonly answer: Shape | undefined;
  readonly deed: AnyDeed;
};

/** A deed, where its types are known to nobody but the contract: what is handed in has been checked against it. */
type AnyDeed = (
  ask: Readonly<Record<keyof ApiAsk<RouteName>, unknown>>,
) => Promise<ApiReply<unknown> | Problem | AdministrationRefusal>;

const nothing = { type: 'object', properties: {} };

/** Every route of the contract. */
export function apiCalls(
  contract: Readonly<Record<string, ApiRoute>> = routes,
  deeds: Readonly<Record<string, unknown>> = apiDeeds,
): readonly ApiCall[] {
  return Object.entries<ApiRoute>(contract).map(([name, route]) =>
    Object.freeze({
      name: name as RouteName,
      route,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      params: route.params && shapeOf(route.params),
      query: shapeOf(route.query ?? nothing),
      body: route.body && shapeOf(route.body),
      answer: route.answer && shapeOf(route.answer),
      deed: deeds[name] as AnyDeed,
    }),
  );
}
