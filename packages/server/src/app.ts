import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import { createChannel } from './channel/channel.ts';
import { startChores } from './chores.ts';
import type { StartConfig } from './config.ts';
import { createCredentialUse } from './domain/accounts/credential-use.ts';
import { type AdminLink, firstAdminLink } from './domain/accounts/first-admin.ts';
import { createPasswords, passwordCostLog2 } from './domain/accounts/passwords.ts';
import { createApiLog } from './domain/api-log.ts';
import { createAudit } from './domain/audit/audit.ts';
import { createDefinitionsView } from './domain/definitions.ts';
import { createDelivery } from './domain/delivery.ts';
import { signalDelivery } from './domain/delivery-signals.ts';
import { createLiveEvents } from './domain/events/live-events.ts';
import { createHostsOverview } from './domain/hosts-overview.ts';
import { createKnownHosts } from './domain/known-hosts.ts';
import { createLiveHosts, type LiveHosts } from './domain/live-hosts.ts';
import type { Mind } from './domain/mind.ts';
import { createNewestSessions } from './domain/newest-sessions.ts';
import { createOutputStreams } from './domain/output-streams.ts';
import { createPresence } from './domain/presence.ts';
import { createServerKeyringView } from './domain/server-keyring.ts';
import { createSessionMemory } from './domain/session-memory.ts';
import type { Storage } from './domain/storage.ts';
import { createTicketKeysView, freshenTicketKeys } from './domain/ticket-keys.ts';
import { createHttpServer } from './http/server.ts';
import { unlockStore } from './local/unlock-store.ts';
import type { Metrics } from './metrics/metrics.ts';
import { type MetricsServer, startMetricsServer } from './metrics/metrics-server.ts';
import { passwordStrength } from './password-strength.ts';
import { openStorage } from './storage/open.ts';
import { obtainCertificate } from './tls.ts';

export type App = {
  /** Where it listens, as a URL. */
  readonly url: string;
  /** Of the key by which hosts will know this server. */
  readonly fingerprint: string;
  /** Of the TLS certificate, where there is one. */
  readonly certificate: { readonly fingerprint: string; readonly file: string } | undefined;
  /** By which the first admin is made; undefined where there is one. */
  readonly adminLink: AdminLink | undefined;
  /** Where the metrics are, if anywhere. */
  readonly metricsUrl: string | undefined;
  /** Stops accepting, finishes what is under way, commits. */
  stop(): Promise<void>;
};

/** Puts the rooms together: the only place that knows them all. */
export async function startApp(config: StartConfig, log: Logger): Promise<App> {
  const certificate = await obtainCertificate(config);
  const opened = await openStorage({ ...config, mode: 'server' });
  const liveHosts = createLiveHosts();
  const metrics = config.metricsListen && (await metricsOf(opened, liveHosts));
  const storage = metrics?.measureStorage(opened) ?? opened;
  let metricsServer: MetricsServer | undefined;
  try {
    if (metrics && config.metricsListen) {
      metricsServer = await startMetricsServer(metrics, config.metricsListen, log);
    }
    const { masterKey, fingerprint } = await unlockStore(storage, config);
    const clock = Date.now;
    await freshenTicketKeys(storage, masterKey, clock());
    const definitions = createDefinitionsView(storage.tables, () => performance.now());
    await definitions.current();
    const onTrouble = (trouble: unknown) =>
      log.error({ err: trouble }, 'Could not hand out what is due; trying again.');
    const delivery = createDelivery({ tables: storage.tables, definitions, clock, liveHosts, onTrouble });
    const mind: Mind = Object.freeze({
      storage: signalDelivery(storage, definitions, delivery),
      clock,
      masterKey,
      serverKeys: createServerKeyringView(storage.tables, masterKey, definitions),
      ticketKeys: createTicketKeysView(storage.tables, masterKey, definitions),
      sessions: createSessionMemory(),
      newestSessions: createNewestSessions(),
      definitions,
      knownHosts: createKnownHosts(),
      hostsOverview: createHostsOverview(storage.tables),
      presence: createPresence(clock, (visits) => storage.decide('recordVisits', visits)),
      liveHosts,
      delivery,
      outputStreams: createOutputStreams(config.outputLimitBytes),
      apiLog: createApiLog(definitions),
      audit: createAudit(storage.tables, clock),
      events: createLiveEvents(storage.tables),
      credentialUse: createCredentialUse(),
      passwords: createPasswords({ costLog2: passwordCostLog2, strength: passwordStrength }),
      limits: {
        outputBytes: config.outputLimitBytes,
        bodyBytes: config.bodyLimitBytes,
        graceSeconds: config.graceSeconds,
        registrationsPerToken: config.registrationsPerToken,
        failedRegistrationsPerAddress: config.failedRegistrationsPerAddress,
      },
    });
    const server = await createHttpServer({
      ...config,
      mind,
      log,
      channel: createChannel(mind, log, { measure: metrics?.measureChannel }),
      tls: certificate,
      measureRequest: metrics?.measureRequest,
      clientFile: createRequire(import.meta.url).resolve('remotes-client/bundle'),
    });
    const url = await server.listen();
    const chores = startChores(mind, log, config);
    const adminLink = await firstAdminLink(mind, url);
    return Object.freeze({
      url,
      fingerprint,
      certificate,
      adminLink,
      metricsUrl: metricsServer?.url,
      async stop() {
        await metricsServer?.stop();
        await delivery.stop();
        await server.stop();
        await chores.stop();
        await storage.close();
      },
    });
  } catch (trouble) {
    await metricsServer?.stop();
    await storage.close();
    throw trouble;
  }
}

/** Loaded only where it is wanted: gathering costs a little all the time. */
async function metricsOf({ tables }: Storage, liveHosts: LiveHosts): Promise<Metrics> {
  const { createMetrics } = await import('./metrics/metrics.ts');
  return createMetrics({ tables, liveHosts, clock: Date.now });
}
