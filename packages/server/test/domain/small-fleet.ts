import { generateKeyPairSync } from 'node:crypto';
import { fernetKeyOfUuid, openFernet, readFernetKey, sealFernet } from '@remotes/protocol/crypto/fernet';
import { decryptOaep, readRsaPrivateKey, signPss } from '@remotes/protocol/crypto/rsa';
import { newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import { isRefusal, type Refusal } from '@remotes/protocol/errors';
import type { CommandGetAnswer } from '@remotes/protocol/requests/command-get';
import type { CommandPostAnswer } from '@remotes/protocol/requests/command-post';
import { createCredentialUse } from '../../src/domain/accounts/credential-use.ts';
import { createPasswords } from '../../src/domain/accounts/passwords.ts';
import { createApiLog } from '../../src/domain/api-log.ts';
import { createAudit } from '../../src/domain/audit/audit.ts';
import { identifyCaller } from '../../src/domain/caller.ts';
import { getCommand } from '../../src/domain/command-get.ts';
import { postCommand } from '../../src/domain/command-post.ts';
import { listCommands } from '../../src/domain/commands-list.ts';
import { createDefinitionsView } from '../../src/domain/definitions.ts';
import { createDelivery } from '../../src/domain/delivery.ts';
import { signalDelivery } from '../../src/domain/delivery-signals.ts';
import { createLiveEvents } from '../../src/domain/events/live-events.ts';
import { registerHost } from '../../src/domain/host-register.ts';
import { verifyHost } from '../../src/domain/host-verify.ts';
import { createHostsOverview } from '../../src/domain/hosts-overview.ts';
import { createKnownHosts, type KnownHost } from '../../src/domain/known-hosts.ts';
import { createLiveHosts } from '../../src/domain/live-hosts.ts';
import type { Mind } from '../../src/domain/mind.ts';
import { createNewestSessions } from '../../src/domain/newest-sessions.ts';
import { createOutputStreams } from '../../src/domain/output-streams.ts';
import type { CommandsGroup, NewCommand, RegistrationToken, Tables } from '../../src/domain/ports.ts';
import { createPresence } from '../../src/domain/presence.ts';
import { newRegistrationToken, registrationSecretHash } from '../../src/domain/registration-token.ts';
import { createServerKeyringView } from '../../src/domain/server-keyring.ts';
import { serverFingerprint } from '../../src/domain/server-keys.ts';
import { createSessionMemory } from '../../src/domain/session-memory.ts';
import { createTicketKeysView, freshenTicketKeys } from '../../src/domain/ticket-keys.ts';
import type { OpenDatabase } from '../databases.ts';

/** Where the clock of every small fleet starts. */
export const start = Date.parse('2026-01-01T00:00:00Z');

/** The domain on a real database, with a clock that the test turns and hosts that hold real keys. */
export async function createFleet(database: OpenDatabase) {
  let now = start;
  const masterKey = readMasterKey(newMasterKeyText());
  if (!masterKey) throw new Error('A new master key cannot be read.');
  await serverFingerprint(database.storage, masterKey);
  await freshenTicketKeys(database.storage, masterKey, now);
  let monotonicMs = 0;
  const definitions = createDefinitionsView(database.storage.tables, () => monotonicMs++ * 1000);
  const clock = () => now;
  const liveHosts = createLiveHosts();
  const onTrouble = (trouble: unknown) => {
    throw trouble;
  };
  const { tables } = database.storage;
  const delivery = createDelivery({ tables, definitions, clock, liveHosts, onTrouble });
  const mind: Mind = {
    storage: signalDelivery(database.storage, definitions, delivery),
    clock,
    masterKey,
    serverKeys: createServerKeyringView(database.storage.tables, masterKey, definitions),
    ticketKeys: createTicketKeysView(database.storage.tables, masterKey, definitions),
    sessions: createSessionMemory(),
    newestSessions: createNewestSessions(),
    definitions,
    knownHosts: createKnownHosts(),
    hostsOverview: createHostsOverview(database.storage.tables),
    presence: createPresence(clock, (visits) => database.storage.decide('recordVisits', visits)),
    liveHosts,
    delivery,
    outputStreams: createOutputStreams(1000),
    apiLog: createApiLog(definitions),
    audit: createAudit(database.storage.tables, clock),
    events: createLiveEvents(database.storage.tables),
    credentialUse: createCredentialUse(),
    // Cheap to check: tests sign in often.
    passwords: createPasswords({ costLog2: 4, strength: async () => 4 }),
    limits: {
      outputBytes: 1000,
      bodyBytes: 1024 * 1024,
      graceSeconds: 60,
      registrationsPerToken: 600,
      failedRegistrationsPerAddress: 30,
    },
  };
  return {
    mind,
    /** Turns the clock on. */
    pass(ms: number) {
      now += ms;
    },
    async addToken(
      differing: Partial<Pick<RegistrationToken, 'expiresAt' | 'uses' | 'mustApprove'>> = {},
      groups: readonly string[] = [],
    ): Promise<{ id: number; secretHash: string }> {
      const secretHash = registrationSecretHash(newRegistrationToken('fingerprint'));
      const id = await database.write(async (tables) => {
        const ids = [];
        for (const name of groups) ids.push((await findOrAddGroup(tables, name)).id);
        return tables.registrationTokens.add(
          {
            secretHash,
            sealed: '',
            createdAt: now,
            expiresAt: null,
            uses: null,
            mustApprove: false,
            ...differing,
          },
          ids,
        );
      });
      return { id, secretHash };
    },
    /** Changes what an administrator would change, and lets every cache know. */
    async administer<Answer>(work: (tables: Tables) => Promise<Answer>): Promise<Answer> {
      return database.write(async (tables) => {
        const answer = await work(tables);
        await tables.server.bumpEpoch();
        return answer;
      });
    },
    /** Defines a command in a commands group of its own, or in the named one, for `All hosts`. */
    async define(
      differing: Partial<NewCommand> = {},
      group: Partial<CommandsGroup> & { name?: string } = {},
    ): Promise<number> {
      return this.administer(async (tables) => {
        const hostsGroup = await findOrAddGroup(tables, 'All hosts');
        const existing = (await tables.commandsGroups.list()).find(({ name }) => name === group.name);
        const commandsGroup =
          existing ??
          (await tables.commandsGroups.add({
            name: `group ${Math.random()}`,
            hostsGroupId: hostsGroup.id,
            position: 0,
            afterAt: null,
            beforeAt: null,
            isActive: true,
            stopOnFailure: false,
            ...group,
          }));
        const id = await tables.commands.add(
          {
            jobId: crypto.randomUUID(),
            commandsGroupId: commandsGroup.id,
            name: `command ${Math.random()}`,
            description: '',
            position: 0,
            isActive: true,
            interpreter: 'python',
            timeoutSeconds: 15,
            attempts: 1,
            program: 'print(1)',
            settings: [],
            variables: [],
            outputVariables: [],
            ...differing,
          },
          now,
        );
        await tables.pending.resetForCommand(id, commandsGroup.hostsGroupId);
        return id;
      });
    },
  };
}
export type Fleet = Awaited<ReturnType<typeof createFleet>>;

type Texts = Record<string, string | null | undefined>;
type Handed = {
  name: string | undefined;
  program: string | undefined;
  settings: Texts;
  variables: Texts;
};

/** A machine with its key pair and, once it registered and verified, what it was told. */
export function createMachine(fleet: Fleet) {
  const { mind } = fleet;
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const privateKey = readRsaPrivateKey(pair.privateKey);
  if (!privateKey) throw new Error('A new key cannot be read.');
  const open = (encrypted: string) => {
    const text = decryptOaep(privateKey, encrypted);
    if (text === undefined) throw new Error('What the server encrypted cannot be opened.');
    return text;
  };
  const sign = () => signPss(privateKey, 'OK');
  const machine = {
    publicPem: pair.publicKey,
    uuid: '',
    token: '',
    sign,
    async register(token: { secretHash: string }): Promise<Refusal | undefined> {
      const answer = await registerHost(mind, token, { public_key: pair.publicKey });
      if (isRefusal(answer)) return answer;
      machine.uuid = open(answer.encrypted);
      return undefined;
    },
    async verify(token: { secretHash: string }, signature = sign()): Promise<Refusal | undefined> {
      const answer = await verifyHost(mind, token, { uuid: machine.uuid, encrypted: signature });
      if (isRefusal(answer)) return answer;
      machine.token = open(answer.encrypted);
      return undefined;
    },
    async enrol(token: { secretHash: string }): Promise<void> {
      const refusal = (await machine.register(token)) ?? (await machine.verify(token));
      if (refusal) throw new Error(refusal.sentence);
    },
    async identify(token?: string): Promise<KnownHost | Refusal> {
      const caller = await identifyCaller(mind, token ?? machine.token);
      if (isRefusal(caller)) return caller;
      if (caller.kind !== 'host') throw new Error('This is no host token.');
      return caller.host;
    },
    async known(): Promise<KnownHost> {
      const host = await machine.identify();
      if (isRefusal(host)) throw new Error(host.sentence);
      return host;
    },
    async list(): Promise<number[]> {
      return (await listCommands(mind, await machine.known())).results.map(({ command }) => command);
    },
    async get(wireNumber: number): Promise<CommandGetAnswer | Refusal> {
      return getCommand(mind, await machine.known(), wireNumber);
    },
    async post(
      wireNumber: number,
      output: string | Buffer,
      result: string,
      ending?: object,
    ): Promise<CommandPostAnswer | Refusal> {
      const key = fernetKeyOfUuid(machine.uuid);
      const fields = {
        output: sealFernet(key, output),
        result: sealFernet(key, result),
        ...(ending ? { ending: sealFernet(key, JSON.stringify(ending)) } : {}),
      };
      return postCommand(mind, await machine.known(), wireNumber, fields);
    },
    /** Opens what `get` answered. */
    read(answer: CommandGetAnswer): Handed {
      const key = readFernetKey(open(answer.encryption_key));
      const plain = (token: string) => key && openFernet(key, token)?.toString();
      return {
        name: plain(answer.name),
        program: plain(answer.command),
        settings: Object.fromEntries(
          Object.entries(answer.settings).map(([name, value]) => [name, plain(value)]),
        ),
        variables: Object.fromEntries(
          Object.entries(answer.variables).map(([name, value]) => [
            name,
            value === null ? null : plain(value),
          ]),
        ),
      };
    },
  };
  return machine;
}

async function findOrAddGroup(tables: Tables, name: string) {
  return (await tables.hostsGroups.byName(name)) ?? (await tables.hostsGroups.add(name, true));
}
