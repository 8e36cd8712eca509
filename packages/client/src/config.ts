import { type Trouble, trouble } from './trouble.ts';

/** What the environment says. Nothing else in the client reads it. */
export type Config = Readonly<{
  token: string | undefined;
  keyPassphrase: string | undefined;
  journalFolder: string | undefined;
  timeoutSeconds: number;
  caFile: string | undefined;
  proxies: Proxies;
  crashAt: string | undefined;
}>;

/** As Python's `requests` takes them from the environment. */
export type Proxies = Readonly<{
  http: string | undefined;
  https: string | undefined;
  all: string | undefined;
  none: string;
}>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads all settings of the environment; throws one trouble that names all that are wrong. */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const either = (name: string) =>
    environment[name.toLowerCase()] || environment[name.toUpperCase()] || undefined;
  const timeoutSeconds = Number(environment.REMOTES_TIMEOUT_SECONDS || 60);
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 86_400))
    problems.push('REMOTES_TIMEOUT_SECONDS must be a number of seconds above 0, up to 86400');
  const config = Object.freeze({
    token: environment.REMOTES_TOKEN || undefined,
    keyPassphrase: environment.REMOTES_KEY_PASSPHRASE || undefined,
    journalFolder: environment.REMOTES_JOURNAL || undefined,
    timeoutSeconds,
    caFile:
      environment.REQUESTS_CA_BUNDLE || environment.CURL_CA_BUNDLE || environment.SSL_CERT_FILE || undefined,
    proxies: Object.freeze({
      http: either('http_proxy'),
      https: either('https_proxy'),
      all: either('all_proxy'),
      none: either('no_proxy') ?? '',
    }),
    crashAt: environment.REMOTES_CRASH_AT || undefined,
  });
  if (problems.length > 0) throw wrongEnvironment(problems);
  return config;
}

function wrongEnvironment(problems: string[]): Trouble {
  return trouble('usage', `the environment is wrong: ${problems.join('; ')}`);
}
