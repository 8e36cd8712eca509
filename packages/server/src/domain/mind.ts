import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { CredentialUse } from './accounts/credential-use.ts';
import type { Passwords } from './accounts/passwords.ts';
import type { ApiLog } from './api-log.ts';
import type { Audit } from './audit/audit.ts';
import type { Clock } from './clock.ts';
import type { DefinitionsView } from './definitions.ts';
import type { Delivery } from './delivery.ts';
import type { LiveEvents } from './events/live-events.ts';
import type { HostsOverview } from './hosts-overview.ts';
import type { KnownHosts } from './known-hosts.ts';
import type { LiveHosts } from './live-hosts.ts';
import type { NewestSessions } from './newest-sessions.ts';
import type { OutputStreams } from './output-streams.ts';
import type { Presence } from './presence.ts';
import type { ServerKeyring } from './server-keyring.ts';
import type { SessionMemory } from './session-memory.ts';
import type { Storage } from './storage.ts';
import type { TicketKeys } from './ticket-keys.ts';

/** What every deed of the domain works with: handed in once, by `app.ts`. */
export type Mind = {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly masterKey: MasterKey;
  readonly serverKeys: () => Promise<ServerKeyring>;
  readonly ticketKeys: () => Promise<TicketKeys>;
  readonly sessions: SessionMemory;
  readonly newestSessions: NewestSessions;
  readonly definitions: DefinitionsView;
  readonly knownHosts: KnownHosts;
  readonly hostsOverview: HostsOverview;
  readonly presence: Presence;
  readonly liveHosts: LiveHosts;
  readonly delivery: Delivery;
  readonly outputStreams: OutputStreams;
  readonly apiLog: ApiLog;
  readonly audit: Audit;
  readonly events: LiveEvents;
  readonly credentialUse: CredentialUse;
  readonly passwords: Passwords;
  readonly limits: Limits;
};

/** Limits that are about hosts and runs; the door keeps count of registrations, and has those of the transport. */
export type Limits = {
  /** Output kept of one run, in bytes; beyond it the middle is cut. */
  readonly outputBytes: number;
  /** The largest request of a host, in bytes. */
  readonly bodyBytes: number;
  /** How long after its time-out a v1 run may still be silent, in seconds. */
  readonly graceSeconds: number;
  /** Successful registrations a minute with one token. */
  readonly registrationsPerToken: number;
  /** Refused registrations a minute from one address. */
  readonly failedRegistrationsPerAddress: number;
};
