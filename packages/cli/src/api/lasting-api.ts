import { setTimeout as delay } from 'node:timers/promises';
import type { ApiRoute } from '@remotes/protocol/operators/route';
import { isPassing } from '../trouble.ts';
import type { Api, AskOf } from './api.ts';

export type Lasting = {
  /** Nobody waits any longer. */
  readonly signal?: AbortSignal | undefined;
  /** Is told each time that the server is not reached; `isNews` the first time. */
  onLost(message: string, isNews: boolean): void;
};

/** Longer than a server takes to start anew, or a machine to boot. */
const patienceMs = 5 * 60_000;
const pauseMs = 1000;

/** The same API for whoever watches what goes on without him: where the server is not reached, it is asked until it answers. */
export function lastingApi(api: Api, { signal, onLost }: Lasting): Api {
  return Object.freeze({
    ...api,
    async ask<Route extends ApiRoute>(route: Route, ask: AskOf<Route>) {
      const begun = Date.now();
      for (let isNews = true; ; isNews = false) {
        try {
          return await api.ask(route, ask);
        } catch (thrown) {
          const isOver = signal?.aborted === true || Date.now() - begun > patienceMs;
          if (route.method !== 'GET' || !isPassing(thrown) || isOver) throw thrown;
          onLost(thrown.message, isNews);
          await delay(pauseMs, undefined, { signal }).catch(() => {});
        }
      }
    },
  });
}
