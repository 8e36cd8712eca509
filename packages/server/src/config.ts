import { parseArgs } from 'node:util';
import { startProblem } from './domain/start-problem.ts';

/** Settings are read here once; nothing else looks at the environment. */
export type StoreConfig = {
  readonly dataFolder: string;
  /** A `postgres://` URL; absent: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  /** The master key as text; absent: the file in the data folder. */
  readonly secretKey: string | undefined;
};

export type StartConfig = StoreConfig & {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | 'self' | undefined;
  readonly trustProxy: boolean;
  readonly logLevel: string;
  readonly bodyLimitBytes: number;
  readonly headersTimeoutSeconds: number;
  readonly requestTimeoutSeconds: number;
  readonly keepAliveTimeoutSeconds: number;
  readonly maxConnections: number;
  readonly outputLimitBytes: number;
  readonly graceSeconds: number;
  readonly apiLogDays: number;
  readonly registrationsPerToken: number;
  readonly failedRegistrationsPerAddress: number;
  readonly insecureHttp: boolean;
  readonly requestsPerOperator: number;
  readonly failedSignInsPerAddress: number;
  readonly metricsListen: { readonly host: string; readonly port: number } | undefined;
  readonly reusePort: boolean;
  readonly crashAt: string | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;
type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Options that every command of the program takes. */
export const storeOptions = {
  data: { type: 'string' },
  'database-url': { type: 'string' },
} as const;

const numberOptions = {
  port: { usual: 8000, least: 0, most: 65_535 },
  // Below it hosts could not say what they must: a report of the least length, and what goes with it.
  'body-limit-bytes': { usual: 16 * 1024 * 1024, least: 128 * 1024, most: 1024 ** 3 },
  'headers-timeout-seconds': { usual: 10, least: 1, most: 600 },
  'request-timeout-seconds': { usual: 60, least: 1, most: 3600 },
  'keep-alive-timeout-seconds': { usual: 10, least: 1, most: 600 },
  'max-connections': { usual: 15_000, least: 1, most: 1_000_000 },
  'output-limit-bytes': { usual: 16 * 1024 * 1024, least: 1024, most: 1024 ** 3 },
  'grace-seconds': { usual: 60, least: 0, most: 86_400 },
  'api-log-days': { usual: 30, least: 1, most: 3650 },
  'registrations-per-token': { usual: 600, least: 1, most: 1_000_000 },
  'failed-registrations-per-address': { usual: 30, least: 1, most: 1_000_000 },
  'requests-per-operator': { usual: 3000, least: 1, most: 10_000_000 },
  'failed-sign-ins-per-address': { usual: 30, least: 1, most: 1_000_000 },
} as const satisfies Record<string, { usual: number; least: number; most: number }>;

const textOptions = ['host', 'tls', 'tls-cert', 'tls-key', 'log-level', 'metrics-listen'] as const;
const switchOptions = ['trust-proxy', 'reuse-port', 'insecure-http'] as const;
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Where the database is, from flags first and then from the environment. Throws a start problem. */
export function readStoreConfig(values: Values, environment: Environment): StoreConfig {
  const given = (name: string) => (values[name] as string | undefined) ?? environment[environmentName(name)];
  const databaseUrl = given('database-url') || undefined;
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    // Not shown: it may hold a password.
    throw startProblem('The database URL cannot be read: it begins like postgres://user@host/database.');
  }
  return Object.freeze({
    dataFolder: given('data') || './remotes-data',
    databaseUrl,
    secretKey: environment.REMOTES_SECRET_KEY || undefined,
  });
}

/** The configuration of `start`, or every problem that it has. */
export function readStartConfig(
  args: readonly string[],
  environment: Environment,
): StartConfig | { problems: string[] } {
  const problems: string[] = [];
  const values = parse(args, problems);
  const given = (name: string) => values[name] ?? environment[environmentName(name)];
  const text = (name: string) => (given(name) as string | undefined) || undefined;
  const number = (name: keyof typeof numberOptions) => {
    const { usual, least, most } = numberOptions[name];
    const written = text(name);
    if (written === undefined) return usual;
    const value = Number(written);
    if (/^\d+$/.test(written) && value >= least && value <= most) return value;
    problems.push(`--${name} must be a whole number from ${least} to ${most}, not "${written}".`);
    return usual;
  };
  const isOn = (name: string) => {
    const written = given(name);
    return written === true || ['1', 'true', 'yes'].includes(String(written ?? '').toLowerCase());
  };
  const logLevel = text('log-level') ?? 'info';
  if (!logLevels.includes(logLevel)) problems.push(`--log-level must be one of ${logLevels.join(', ')}.`);
  const config: StartConfig = {
    ...readStoreConfig(values, environment),
    host: text('host') ?? '127.0.0.1',
    port: number('port'),
    tls: readTls(text, problems),
    trustProxy: isOn('trust-proxy'),
    logLevel,
    bodyLimitBytes: number('body-limit-bytes'),
    headersTimeoutSeconds: number('headers-timeout-seconds'),
    requestTimeoutSeconds: number('request-timeout-seconds'),
    keepAliveTimeoutSeconds: number('keep-alive-timeout-seconds'),
    maxConnections: number('max-connections'),
    outputLimitBytes: number('output-limit-bytes'),
    graceSeconds: number('grace-seconds'),
    apiLogDays: number('api-log-days'),
    registrationsPerToken: number('registrations-per-token'),
    failedRegistrationsPerAddress: number('failed-registrations-per-address'),
    insecureHttp: isOn('insecure-http'),
    requestsPerOperator: number('requests-per-operator'),
    failedSignInsPerAddress: number('failed-sign-ins-per-address'),
    metricsListen: readMetricsListen(text('metrics-listen'), problems),
    reusePort: isOn('reuse-port'),
    crashAt: environment.REMOTES_CRASH_AT || undefined,
  };
  return problems.length > 0 ? { problems } : Object.freeze(config);
}

function environmentName(option: string): string {
  return `REMOTES_${option.toUpperCase().replaceAll('-', '_')}`;
}

function parse(args: readonly string[], problems: string[]): Values {
  const names = [...Object.keys(numberOptions), ...textOptions];
  const options = {
    ...storeOptions,
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    ...Object.fromEntries(switchOptions.map((name) => [name, { type: 'boolean' as const }])),
  };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as Values;
  } catch (trouble) {
    problems.push((trouble as Error).message);
    return {};
  }
}

function readTls(text: (name: string) => string | undefined, problems: string[]): StartConfig['tls'] {
  const mode = text('tls');
  const certFile = text('tls-cert');
  const keyFile = text('tls-key');
  if (mode !== undefined && mode !== 'self') problems.push(`--tls takes only "self", not "${mode}".`);
  if (mode === 'self' && (certFile || keyFile))
    problems.push('--tls self makes its own certificate: leave out --tls-cert and --tls-key.');
  if (!certFile !== !keyFile) problems.push('--tls-cert and --tls-key go together: give both or neither.');
  if (certFile && keyFile) return { certFile, keyFile };
  return mode === 'self' ? 'self' : undefined;
}

function readMetricsListen(written: string | undefined, problems: string[]): StartConfig['metricsListen'] {
  if (written === undefined) return undefined;
  const [, host, digits] = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(written) ?? [];
  const port = Number(digits);
  if (digits !== undefined && port <= 65_535) return { host: host || '127.0.0.1', port };
  problems.push(`--metrics-listen must be HOST:PORT, 127.0.0.1:9101 for instance, not "${written}".`);
  return undefined;
}
