import type { AnswerOf, ApiRoute, QueryOf } from '@remotes/protocol/operators/route';
import type { Api, AskOf } from './api.ts';

type Page = { readonly items: readonly unknown[]; readonly next: string | null };

/** A route that answers a page of a list. */
export type ListRoute = ApiRoute;
export type ItemOf<Route extends ApiRoute> =
  AnswerOf<Route> extends { items: readonly (infer Item)[] } ? Item : never;

const pageLimit = 500;

/** The items of a list, page after page as they are read; `most` of them, or all. */
export async function* itemsOf<Route extends ListRoute>(
  api: Api,
  route: Route,
  ask: Omit<AskOf<Route>, 'query'> & { readonly query?: Omit<QueryOf<Route>, 'limit' | 'cursor'> },
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<ItemOf<Route>> {
  let left = most;
  let cursor: string | undefined;
  do {
    const query = { ...ask.query, limit: Math.min(pageLimit, left), ...(cursor !== undefined && { cursor }) };
    const { answer } = await api.ask(route, { ...ask, query } as unknown as AskOf<Route>);
    const { items, next } = answer as unknown as Page;
    for (const item of items) yield item as ItemOf<Route>;
    left -= items.length;
    cursor = next ?? undefined;
  } while (cursor !== undefined && left > 0);
}
