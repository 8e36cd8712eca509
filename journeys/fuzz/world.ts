import { fernetKeyOfUuid, sealFernet } from '@remotes/protocol/crypto/fernet';
import { signPss } from '@remotes/protocol/crypto/rsa';
import {
  newRegistrationToken,
  registrationSecretHash,
} from '../../packages/server/src/domain/registration-token.ts';
import type { OpenDatabase } from '../../packages/server/test/databases.ts';
import { type EnrolledHost, enrolHost, fetchCommand, pemOf, postResult } from '../enrolled-host.ts';
import { makeQuickKeys } from '../quick-keys.ts';
import { administer, apply, makeToken } from '../server-process.ts';
import type { Wire } from '../wire.ts';

/** What requests are made from: everything in it is known to the server, and none of it leaves anything to be done. */
export type World = {
  readonly host: EnrolledHost;
  /** The token that the host came with; it has no use left, so that no other key gets in. */
  readonly registrationToken: string;
  /** A signature that the server has taken from this host, once. */
  readonly usedSignature: string;
  readonly newPem: string;
  readonly disabledPem: string;
  readonly finishedCommand: number;
  readonly deliveredCommand: number;
  /** Of another hosts group. */
  readonly foreignCommand: number;
  /** Known tokens that are good for something else, or no longer good. */
  readonly wrongTokens: readonly string[];
  /** Sealed with another host's key. */
  readonly foreignFernet: string;
};

const fleet = `
hosts_groups: [{name: nobody}]
settings: [{name: apilog_enable_logging, value: "1"}, {name: apilog_include_arguments, value: "1"}]
commands_groups:
  - name: for all
    hosts_group: All hosts
    order: 1
    commands:
      - {name: finished, order: 1, timeout: 86400, command: "print(1)"}
      - {name: delivered, order: 2, timeout: 86400, command: "print(2)"}
  - name: for nobody
    hosts_group: nobody
    order: 2
    commands: [{name: foreign, order: 1, command: "print(3)"}]
`;

export async function makeWorld(database: OpenDatabase, wire: Wire): Promise<World> {
  const [key, disabledKey, pendingKey, newKey] = makeQuickKeys(4);
  const registrationToken = await makeToken(database, '--uses', '1');
  const host = await enrolHost(wire, registrationToken, key);
  const disabled = await enrolHost(wire, await makeToken(database), disabledKey);
  const pending = await enrolHost(wire, await makeToken(database, '--approve'), pendingKey);
  await administer(database, 'hosts', 'disable', '000002');
  await apply(database, fleet);
  const commands = await database.storage.tables.commands.list();
  const idOf = (wanted: string) => commands.find(({ name }) => name === wanted)?.id ?? 0;
  for (const name of ['finished', 'delivered']) await fetchCommand(wire, host, idOf(name));
  await postResult(wire, host, idOf('finished'), { output: 'one', result: '["one"]' });
  const usedSignature = signPss(host.privateKey, 'OK');
  const body = { uuid: host.uuid, encrypted: usedSignature };
  await wire.ask({ method: 'POST', path: '/api/v1/host/verify/', token: registrationToken, body });
  return {
    host,
    registrationToken,
    usedSignature,
    newPem: pemOf(newKey ?? host.privateKey),
    disabledPem: disabled.publicPem,
    finishedCommand: idOf('finished'),
    deliveredCommand: idOf('delivered'),
    foreignCommand: idOf('foreign'),
    wrongTokens: [
      host.token,
      registrationToken,
      disabled.token,
      pending.token,
      await deadToken(database, { expiresAt: 1 }),
      await deadToken(database, { expiresAt: null, isRevoked: true }),
    ],
    foreignFernet: sealFernet(fernetKeyOfUuid(crypto.randomUUID()), 'text'),
  };
}

async function deadToken(
  database: OpenDatabase,
  { expiresAt, isRevoked = false }: { expiresAt: number | null; isRevoked?: boolean },
): Promise<string> {
  const token = newRegistrationToken('fingerprint');
  await database.write(async ({ registrationTokens }) => {
    const given = {
      secretHash: registrationSecretHash(token),
      sealed: '',
      createdAt: 0,
      uses: null,
      mustApprove: false,
    };
    const id = await registrationTokens.add({ ...given, expiresAt }, []);
    if (isRevoked) await registrationTokens.revoke(id, 1);
  });
  return token;
}
