import { homedir } from 'node:os';
import { join } from 'node:path';

/** Settings of the environment, read here once; nothing else looks at it. */
export type Config = {
  /** Where sign-ins are kept. */
  readonly folder: string;
  /** A server by name or URL. */
  readonly server: string | undefined;
  /** An API token, for programs. */
  readonly token: string | undefined;
  /** Tokens may go to a server without TLS. */
  readonly isInsecureHttpAllowed: boolean;
  /** What a text is edited with. */
  readonly editor: string;
  /** Colours are welcome where they can be shown. */
  readonly isColourWelcome: boolean;
};

export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const configHome = environment.XDG_CONFIG_HOME || join(homedir(), '.config');
  return Object.freeze({
    folder: environment.REMOTES_CONFIG || join(configHome, 'remotes'),
    server: environment.REMOTES_SERVER || undefined,
    token: environment.REMOTES_TOKEN?.trim() || undefined,
    isInsecureHttpAllowed: ['1', 'true', 'yes'].includes(environment.REMOTES_INSECURE_HTTP ?? ''),
    editor: environment.VISUAL || environment.EDITOR || 'vi',
    isColourWelcome: !environment.NO_COLOR && environment.TERM !== 'dumb',
  });
}
