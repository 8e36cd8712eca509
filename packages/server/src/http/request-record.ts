import type { FastifyRequest } from 'fastify';
import { maskedArguments } from './arguments-mask.ts';
import type { Door } from './door.ts';
import { addressOf } from './forwarded.ts';
import { isApiPath, pathOf } from './path.ts';

const longestPath = 300;

/** Notes a request that is answered: for administrators in the API log, for whoever looks closely at level debug. */
export function recordRequest(
  { mind, log, trustProxy, measureRequest }: Door,
  request: FastifyRequest,
  status: number,
): void {
  const { ask, id: requestId, method } = request;
  const path = pathOf(request.raw.url).slice(0, longestPath);
  const hostName = ask?.caller?.kind === 'host' ? ask.caller.host.name : null;
  const operatorName = ask?.operatorName ?? null;
  const durationMs = ask ? performance.now() - ask.startedAt : 0;
  measureRequest?.({ route: routeOf(request), method, status, seconds: durationMs / 1000 });
  if (log.isLevelEnabled('debug')) {
    log.debug({ requestId, method, path, status, durationMs, hostName, operatorName }, 'answered');
  }
  const wanted = isApiPath(path) ? mind.apiLog.wanted(hostName ?? operatorName) : 'no';
  if (wanted === 'no') return;
  mind.apiLog.add({
    at: mind.clock(),
    requestId,
    method,
    path,
    status,
    address: ask?.address ?? addressOf(request.raw, trustProxy),
    hostName,
    operatorName,
    clientAgent: ask?.clientAgent ?? null,
    durationMs: Math.round(durationMs),
    arguments:
      wanted === 'with_arguments'
        ? (ask?.sealedArguments ?? maskedArguments(request.raw.url, ask?.fields ?? {}))
        : null,
  });
}

/** Any number of paths are none of ours: they count as one. */
function routeOf({ routeOptions }: FastifyRequest): string {
  const { url } = routeOptions;
  return url === undefined || url.endsWith('*') ? 'other' : url;
}
