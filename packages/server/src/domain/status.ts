import { contract } from '@remotes/protocol/contract';
import type { StatusAnswer } from '@remotes/protocol/requests/status';
import { version } from '@remotes/protocol/version';
import type { Mind } from './mind.ts';
import { steeringSetting } from './steering-settings.ts';

/** What existing hosts know the system as; the setting `app_name` changes it. */
export const usualAppName = 'Django Remotes';

/** Says who is there. `origin` is the scheme and host by which the caller reached us. */
export async function serverStatus(mind: Mind, origin: string): Promise<StatusAnswer> {
  const definitions = await mind.definitions.current();
  const configured = steeringSetting(definitions, 'server_url');
  return {
    status: 'OK',
    app_name: steeringSetting(definitions, 'app_name') ?? usualAppName,
    version,
    server_url: `${(configured && originOf(configured)) ?? origin}/`,
    discover: contract.discover.path,
  };
}

/** Scheme and host; a path is dropped. A text that is no URL counts as none. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url.origin : undefined;
}
