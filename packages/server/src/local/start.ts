import { version } from '@remotes/protocol/version';
import { type Logger, pino } from 'pino';
import { startApp } from '../app.ts';
import { readStartConfig, type StartConfig } from '../config.ts';
import { armCrashPoint } from '../crash-point.ts';
import type { AdminLink } from '../domain/accounts/first-admin.ts';
import { handOverSetupLink } from './setup-link-handover.ts';

/** `remotes-server start`: runs until SIGTERM or SIGINT. A second signal ends it at once. */
export async function start(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return 0;
  }
  const config = readStartConfig(args, environment);
  if ('problems' in config) {
    for (const problem of config.problems) console.error(problem);
    return 2;
  }
  armCrashPoint(config.crashAt);
  // For people lines, for programs JSON.
  const transport = process.stdout.isTTY
    ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } }
    : {};
  const log = pino({ level: config.logLevel, ...transport });
  const stopped = untilSignal();
  const app = await startApp(config, log);
  log.info({ url: app.url, version, fingerprint: app.fingerprint }, `Remotes listens on ${app.url}`);
  if (app.metricsUrl !== undefined) log.info({ url: app.metricsUrl }, `Metrics at ${app.metricsUrl}`);
  if (config.insecureHttp) {
    log.warn(
      'Operators may sign in over plain HTTP from other machines: whoever is on the way reads their passwords and tokens. Leave out --insecure-http.',
    );
  }
  if (app.certificate) {
    log.info(
      { fingerprint: app.certificate.fingerprint, file: app.certificate.file },
      `TLS certificate ${app.certificate.file}, SHA-256 ${app.certificate.fingerprint}`,
    );
  }
  if (app.adminLink) await offerAdminLink(app.adminLink, config, log);
  const signal = await stopped;
  log.info({ signal }, 'Stopping: finishing what is under way');
  await app.stop();
  log.info('Stopped');
  return 0;
}

/** Without it nobody can sign in; hosts are served all the same. */
async function offerAdminLink(link: AdminLink, { dataFolder }: StartConfig, log: Logger): Promise<void> {
  try {
    const file = await handOverSetupLink(link, dataFolder);
    if (file !== undefined)
      log.info({ file }, `There is no admin yet: the link for the first one is in ${file}`);
  } catch (trouble) {
    log.warn(
      { err: trouble },
      'There is no admin yet, and no link for the first one could be written: run "remotes-server create-admin"',
    );
  }
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(1));
      });
    }
  });
}

const help = `Usage: remotes-server start [options]

Runs the server until SIGTERM or Ctrl-C. Every option can also be set in the environment: --body-limit-bytes as
REMOTES_BODY_LIMIT_BYTES, and so on.

  --host ADDRESS        address to listen on (127.0.0.1; 0.0.0.0 for every network)
  --port N              port to listen on (8000; 0 takes a free one)
  --data FOLDER         where the database and the master key are (./remotes-data)
  --database-url URL    postgres://… instead of SQLite in the data folder
  --tls-cert FILE       serve TLS with this certificate chain (PEM) …
  --tls-key FILE        … and this key (PEM)
  --tls self            serve TLS with a certificate that is made at the first start
  --trust-proxy         believe X-Forwarded-For, -Proto and -Host: only behind a proxy that sets them
  --insecure-http       let operators of other machines sign in without TLS: whoever is on the way reads along
  --metrics-listen A:P  serve Prometheus metrics at http://A:P/metrics, address and port (off)
  --reuse-port          let several server processes listen on one port
  --log-level LEVEL     fatal, error, warn, info, debug, trace or silent (info)

Limits:
  --body-limit-bytes N                   largest request body (16777216)
  --output-limit-bytes N                 output kept of one run (16777216); beyond it the middle is cut
  --headers-timeout-seconds N            how long a request's headers may take (10)
  --request-timeout-seconds N            how long a whole request may take (60)
  --keep-alive-timeout-seconds N         how long an idle connection is kept (10)
  --max-connections N                    open connections at a time (15000); hosts that stay connected take nine
                                         tenths of them at most. Needs file descriptors for a fifth more
  --grace-seconds N                      how long after its time-out a run may stay silent (60)
  --registrations-per-token N            successful registrations a minute with one token (600)
  --failed-registrations-per-address N   refused registrations a minute from one address (30)
  --requests-per-operator N              requests a minute of one operator or API token (3000)
  --failed-sign-ins-per-address N        failed sign-ins a minute from one address (30)
  --api-log-days N                       how long the API log is kept (30)

The master key is read from REMOTES_SECRET_KEY (32 bytes in base64 or hexadecimal), else from secret.key in the data
folder, which is made at the first start. Keep a copy of it apart from your backups: they do not hold it.`;
